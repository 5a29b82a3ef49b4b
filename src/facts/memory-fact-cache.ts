import { LRUCache } from 'lru-cache'
import type { Tenant } from '../identifiers/tenant.ts'
import { SingleFlight } from '../lib/single-flight.ts'
import { type CacheFigures, type FactCache, type ReadFact, readStoredFact, type StoredFactDeps } from './fact-cache.ts'
import type { FactRepository } from './fact-repository.ts'
import type { PresentedFact } from './present-fact.ts'

export interface MemoryFactCacheDeps extends StoredFactDeps {
  readonly facts: Pick<FactRepository, 'find' | 'revisionOf'>
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
export class MemoryFactCache implements FactCache {
  readonly #deps: MemoryFactCacheDeps
  readonly #cached: LRUCache<string, CachedFact>
  readonly #reading = new SingleFlight<ReadFact>()
  #hits = 0
  #misses = 0

  constructor(deps: MemoryFactCacheDeps) {
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
    if (cached?.revision === revision) {
      this.#hits += 1
      return cached.fact
    }
    this.#misses += 1
    const read = await this.#reading.run(`${key}\0${revision}`, () => readStoredFact(this.#deps, tenant, subjectKey))
    if (read.fact) this.#cached.set(key, { revision: read.revision, fact: read.fact })
    return read.fact
  }

  /** Every read asks the store for the revision: there is nothing to mark. */
  async mark(): Promise<void> {}

  figures(): CacheFigures {
    return { hits: this.#hits, misses: this.#misses }
  }
}
