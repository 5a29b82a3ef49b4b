import { type StoreError, storeError, type storeProblems } from '../lib/store-errors.ts'

/** A failure as it crosses from the writer's thread, where errors lose their class. */
export interface StoreFailure {
  readonly status: 'failed'
  readonly code: keyof typeof storeProblems
  readonly message: string
}

// https://www.sqlite.org/rescode.html: primary result codes, the low byte of an extended one.
const code = {
  error: 1,
  busy: 5,
  locked: 6,
  protocol: 15,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  misuse: 21,
  range: 25,
}

const ourFault = new Set([code.error, code.tooBig, code.constraint, code.mismatch, code.misuse, code.range])
const passing = new Set([code.busy, code.locked, code.protocol])

/** Another connection is in the way: waiting helps, and nothing was done. */
export function isBusy(error: unknown): boolean {
  return passing.has(primaryCodeOf(error))
}

/** A statement that could never succeed is our fault; full disks, I/O errors and the like are the store's state. */
export function failureOf(error: unknown): StoreFailure {
  const message = error instanceof Error ? error.message : String(error)
  return { status: 'failed', code: ourFault.has(primaryCodeOf(error)) ? 'STORE_REFUSED' : 'STORE_UNAVAILABLE', message }
}

export function storeErrorOf({ code, message }: StoreFailure): StoreError {
  return storeError(code, message)
}

/** Runs a read, and translates what the driver throws. */
export function translatingErrors<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw storeErrorOf(failureOf(error))
  }
}

/** What is no error of SQLite's own counts as a general one, but for a connection that is closed already. */
function primaryCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return code.error
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return 'code' in error && error.code === 'ERR_INVALID_STATE' ? unusable : code.error
}

const unusable = -1
