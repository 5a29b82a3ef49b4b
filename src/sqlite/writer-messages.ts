import type { UnitOutcome } from './group-commit.ts'
import type { WriteUnit } from './write-unit.ts'

/** What goes to the writer's thread. */
export type WriterRequest =
  | { readonly kind: 'write'; readonly id: number; readonly unit: WriteUnit }
  | { readonly kind: 'close' }

/** What comes back: the outcomes of one transaction. */
export interface WriterReply {
  readonly outcomes: readonly { readonly id: number; readonly outcome: UnitOutcome }[]
}
