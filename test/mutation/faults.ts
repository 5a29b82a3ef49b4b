import { edgeFaults } from './edge-faults.ts'
import type { Fault } from './fault.ts'
import { foldFaults } from './fold-faults.ts'
import { indexFaults } from './index-faults.ts'
import { listFaults } from './list-faults.ts'
import { mergeFaults } from './merge-faults.ts'
import { normalisingFaults } from './normalising-faults.ts'
import { scoringFaults } from './scoring-faults.ts'
import { searchFaults } from './search-faults.ts'

/** Faults that would hurt, each in one place; the tests are asked whether they would notice. */
export const faults: readonly Fault[] = [
  ...scoringFaults,
  ...searchFaults,
  ...normalisingFaults,
  ...edgeFaults,
  ...indexFaults,
  ...foldFaults,
  ...mergeFaults,
  ...listFaults,
]
