import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import type { CasStore } from '../cas/cas-store.ts'
import type { Content } from '../cas/content.ts'
import type { DeadLetters } from '../events/dead-letters.ts'
import type { EventLog } from '../events/event-log.ts'
import type { EvidenceQueue, PendingSubject } from '../evidence/evidence-queue.ts'
import type { FactCache } from '../facts/fact-cache.ts'
import type { FactRepository } from '../facts/fact-repository.ts'
import type { FactVersions } from '../facts/fact-versions.ts'
import type { FoldLeaseDeps } from '../facts/fold-lease.ts'
import type { Inventory } from '../integrity/inventory.ts'
import type { UnionBundleRepository } from '../union-bundles/union-bundle-repository.ts'
import type { Erasure } from './erasure.ts'
import type { Erasures } from './erasures.ts'

/** Everything that holds something of a subject. */
export interface ErasureDeps extends Omit<FoldLeaseDeps, 'facts' | 'owner'> {
  readonly facts: FactRepository
  readonly queue: EvidenceQueue
  readonly versions: FactVersions
  readonly callgraphs: CallgraphRepository
  readonly bundles: UnionBundleRepository
  readonly eventLog: EventLog
  readonly deadLetters: DeadLetters
  readonly inventory: Inventory
  readonly cas: Pick<CasStore, 'describe' | 'remove' | 'list'>
  readonly content: Pick<Content, 'readBytes'>
  readonly erasures: Erasures
  readonly markCache: FactCache['mark']
  /** Evidence may have come meanwhile. */
  readonly requestFold: (subject: PendingSubject) => void
  readonly onErased: (erasure: Erasure) => void
  readonly newId: () => string
  /** Content that was put so lately may be about to be named by a row; until then it stays. */
  readonly contentGraceMs: number
}
