import { ServiceError } from '../errors.ts'

export const casProblems = {
  CAS_KEY_INVALID: { status: 400, title: 'The name of the stored content is not usable' },
  CAS_NOT_FOUND: { status: 404, title: 'There is no such content' },
  CAS_CORRUPT: { status: 500, title: 'Stored content is not what was put there' },
  CAS_LENGTH_MISMATCH: { status: 500, title: 'Something of another length stands under the name' },
  CAS_TOO_LARGE: { status: 500, title: 'Stored content is larger than its reader takes' },
  CAS_UNAVAILABLE: { status: 503, title: 'Content cannot be stored or read at the moment', retryable: true },
} as const

export class CasError extends ServiceError<keyof typeof casProblems> {}

/** Translates a failure of the disk. Only a true absence is `CAS_NOT_FOUND`: everything else may heal, and is worth another try. */
export function casErrorOf(error: unknown, doing: string): CasError {
  if (error instanceof CasError) return error
  if (isAbsence(error)) return new CasError('CAS_NOT_FOUND', `${doing}: not found`, { cause: error })
  return casUnavailable(error, doing)
}

export function casUnavailable(error: unknown, doing: string): CasError {
  return error instanceof CasError ? error : new CasError('CAS_UNAVAILABLE', `${doing} failed`, { cause: error })
}

/** ENOTDIR: a file stands where the key has a directory, so nothing stands under the key. */
export function isAbsence(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
