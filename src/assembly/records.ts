import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import type { Erasures } from '../erasure/erasures.ts'
import type { DeadLetters } from '../events/dead-letters.ts'
import type { EventLog } from '../events/event-log.ts'
import type { EvidenceQueue } from '../evidence/evidence-queue.ts'
import type { FactRepository } from '../facts/fact-repository.ts'
import type { FactVersions } from '../facts/fact-versions.ts'
import type { Inventory } from '../integrity/inventory.ts'
import type { UnionBundleRepository } from '../union-bundles/union-bundle-repository.ts'

/** What a store driver brings: one adapter for each port. */
export interface Records {
  readonly queue: EvidenceQueue
  readonly callgraphs: CallgraphRepository
  readonly bundles: UnionBundleRepository
  readonly facts: FactRepository
  readonly versions: FactVersions
  readonly eventLog: EventLog
  readonly deadLetters: DeadLetters
  readonly inventory: Inventory
  readonly erasures: Erasures
}

export interface OpenedRecords {
  readonly records: Records
  readonly check: StoreCheck
}

export interface StoreCheck {
  readonly name: string
  readonly isEssential: boolean
  check(): Promise<void>
}
