import { EvidenceError } from './evidence-errors.ts'
import type { PendingSubject } from './evidence-queue.ts'

/** Distinct names that a post brings, of one of the lists that a subject may hold so many of. */
export type AddedNames =
  | { readonly list: 'symbols' | 'targets'; readonly count: number }
  | { readonly list: 'callgraphs' | 'aliases'; readonly names: readonly string[] }

/** What evidence has to pass before it is kept. */
export interface Admission {
  /** Refuses, for a while, whatever would make one fold more than can wait. */
  readonly admitFold: () => void
  /** Refuses, for good, what a subject has no room for. */
  readonly requireRoom: (subject: PendingSubject, ...added: readonly AddedNames[]) => Promise<void>
}

export function admitFold(waiting: number, maxWaiting: number): void {
  if (waiting < maxWaiting) return
  throw new EvidenceError('FOLDS_EXHAUSTED', `${waiting} subjects wait to be folded`, { retryAfterSeconds: 5 })
}
