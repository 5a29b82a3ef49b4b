import { ServiceError } from '../errors.ts'

/** What goes wrong with a store, whichever it is: clients need not know which one a deployment uses. */
export const storeProblems = {
  STORE_UNAVAILABLE: { status: 503, title: 'The store cannot be used at the moment', retryable: true },
  STORE_REFUSED: { status: 500, title: 'The store refused a statement' },
} as const

export class StoreError extends ServiceError<keyof typeof storeProblems> {}

/** The message of the driver goes to the log as the cause; clients get ours. */
export function storeError(code: keyof typeof storeProblems, causeMessage: string): StoreError {
  const cause = new Error(causeMessage)
  if (code === 'STORE_REFUSED') return new StoreError(code, 'the store refused a statement', { cause })
  return new StoreError(code, 'the store cannot be used at the moment', { cause, retryAfterSeconds: 5 })
}
