import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import type { CasStore } from '../cas/cas-store.ts'
import type { Content } from '../cas/content.ts'
import type { EventLog } from '../events/event-log.ts'
import type { EvidenceQueue } from '../evidence/evidence-queue.ts'
import type { FactRepository } from '../facts/fact-repository.ts'
import type { UnionBundleRepository } from '../union-bundles/union-bundle-repository.ts'
import type { Inventory } from './inventory.ts'

/** What the checks read. Nothing writes, but for what moves a corrupt object aside. */
export interface IntegrityDeps {
  readonly cas: Pick<CasStore, 'has' | 'list' | 'tenants' | 'quarantine'>
  readonly content: Content
  readonly inventory: Inventory
  readonly queue: Pick<EvidenceQueue, 'findReceipt'>
  readonly callgraphs: Pick<CallgraphRepository, 'find' | 'list'>
  readonly bundles: Pick<UnionBundleRepository, 'find'>
  readonly facts: Pick<FactRepository, 'peek' | 'revisionOf'>
  readonly eventLog: Pick<EventLog, 'page'>
}
