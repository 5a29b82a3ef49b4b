import { LRUCache } from 'lru-cache'
import type { Tenant } from '../identifiers/tenant.ts'
import type { BlobAccess } from './blob-access.ts'
import type { FactRepository } from './fact-repository.ts'
import type { FactRow } from './fact-row.ts'
import { type PresentedFact, presentFact } from './present-fact.ts'

export interface CachedFactReaderDeps {
  readonly facts: Pick<FactRepository, 'find' | 'revisionOf'>
  readonly blobs: (tenant: Tenant) => Pick<BlobAccess, 'readBlob'>
  readonly maxBytes: number
}

interface CachedFact {
  readonly revision: number
  readonly fact: PresentedFact
}

/**
 * Facts as bytes, ready to be sent. What is held is compared with the store's revision at every read, so nothing stale is
 * ever served, whichever process wrote; a look at one number is what that costs.
 */
export class CachedFactReader {
  readonly #deps: CachedFactReaderDeps
  readonly #cached: LRUCache<string, CachedFact>

  constructor(deps: CachedFactReaderDeps) {
    this.#deps = deps
    this.#cached = new LRUCache({
      maxSize: deps.maxBytes,
      sizeCalculation: ({ fact }) => Math.max(1, fact.bytes.byteLength),
    })
  }

  async read(tenant: Tenant, subjectKey: string): Promise<PresentedFact | undefined> {
    const key = `${tenant}\0${subjectKey}`
    const revision = await this.#deps.facts.revisionOf(tenant, subjectKey)
    if (revision === undefined) return undefined
    const cached = this.#cached.get(key)
    if (cached?.revision === revision) return cached.fact
    const row = await this.#deps.facts.find(tenant, subjectKey)
    return row && (await this.#present(key, row))
  }

  async #present(key: string, row: FactRow): Promise<PresentedFact | undefined> {
    const fact = await presentFact(this.#deps.blobs(row.tenant), row)
    if (fact) this.#cached.set(key, { revision: row.revision, fact })
    return fact
  }
}
