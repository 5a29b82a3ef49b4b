import type { Tenant } from '../identifiers/tenant.ts'
import type { BlobAccess } from './blob-access.ts'
import type { FactRepository } from './fact-repository.ts'
import { type PresentedFact, presentFact } from './present-fact.ts'

/** A state of a subject that is durable: whatever a cache knows from before it is out of date. */
export interface SavedSubject {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly revision: number
}

/** Facts as they are sent, in front of the store; implementations keep `test/contract/fact-cache.ts`. */
export interface FactCache {
  /** The fact of the store, or one that was it until a moment ago; undefined while there is none. Fails only when the store does. */
  read(tenant: Tenant, subjectKey: string): Promise<PresentedFact | undefined>
  /** Once it resolves, nothing older than this revision is served. Rejects while the cache cannot be reached. */
  mark(saved: SavedSubject): Promise<void>
  /** Since the start of the process. */
  figures(): CacheFigures
}

export interface CacheFigures {
  readonly hits: number
  readonly misses: number
}

export interface StoredFactDeps {
  readonly facts: Pick<FactRepository, 'find'>
  readonly blobs: (tenant: Tenant) => Pick<BlobAccess, 'readBlob'>
}

export interface ReadFact {
  /** 0 where the store knows nothing of the subject. */
  readonly revision: number
  readonly fact: PresentedFact | undefined
}

/** What a cache that does not know reads from the store. */
export async function readStoredFact(deps: StoredFactDeps, tenant: Tenant, subjectKey: string): Promise<ReadFact> {
  const row = await deps.facts.find(tenant, subjectKey)
  if (!row) return { revision: 0, fact: undefined }
  return { revision: row.revision, fact: await presentFact(deps.blobs(tenant), row) }
}
