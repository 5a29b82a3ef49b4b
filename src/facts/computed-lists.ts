import type { FactCallgraph, FactState, FactTarget } from './fact.ts'
import type { Scored, StoredList } from './fact-ledger.ts'
import type { Unknown } from './unknown.ts'

/** What the states, targets and unknowns of a fact are, whether scored now or kept. */
export interface ComputedLists {
  readonly callgraphs: readonly FactCallgraph[]
  readonly targets: StoredList<FactTarget>
  readonly states: StoredList<FactState>
  readonly unknowns: StoredList<Unknown>
  readonly scored: Scored
}
