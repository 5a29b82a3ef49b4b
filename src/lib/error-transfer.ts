import { ServiceError } from '../errors.ts'

/** An error as it crosses between threads: structured clone would keep the message and lose the code. */
export type Transferred<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'refused'; readonly error: PlainServiceError }

export interface PlainServiceError {
  readonly code: string
  readonly message: string
  readonly violations: ServiceError['violations']
  readonly members: ServiceError['members']
}

/** Runs work in a thread; a `ServiceError` becomes data, anything else stays a failure. */
export async function transferring<Value>(work: () => Promise<Value>): Promise<Transferred<Value>> {
  try {
    return { status: 'done', value: await work() }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const { code, message, violations, members } = error
    return { status: 'refused', error: { code, message, violations, members } }
  }
}

/** The other side of `transferring`. */
export function received<Value>(outcome: Transferred<Value>): Value {
  if (outcome.status === 'done') return outcome.value
  const { code, message, violations, members } = outcome.error
  throw new ServiceError(code, message, { violations, members })
}
