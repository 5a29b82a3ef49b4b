import { LRUCache } from 'lru-cache'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { GraphIndex } from './graph-index.ts'

export interface GraphIndexCacheDeps {
  /** Reads the stored index, or makes it again from the graph's archive. */
  readonly load: (tenant: Tenant, graphHash: Digest) => Promise<GraphIndex>
  readonly maxBytes: number
}

/** Indexed graphs by hash, within a budget of bytes; a graph that many ask for at once is loaded once. */
export class GraphIndexCache {
  readonly #indexes: LRUCache<string, GraphIndex>
  readonly #loading = new Map<string, Promise<GraphIndex>>()
  readonly #load: GraphIndexCacheDeps['load']

  constructor({ load, maxBytes }: GraphIndexCacheDeps) {
    this.#load = load
    this.#indexes = new LRUCache({ maxSize: maxBytes, sizeCalculation: (index) => Math.max(1, index.byteLength) })
  }

  // The tenant is part of the key: that a graph is fast to load must not tell who else has it.
  async get(tenant: Tenant, graphHash: Digest): Promise<GraphIndex> {
    const key = `${tenant}/${graphHash}`
    const cached = this.#indexes.get(key)
    if (cached) return cached
    const running = this.#loading.get(key) ?? this.#start(key, tenant, graphHash)
    return await running
  }

  #start(key: string, tenant: Tenant, graphHash: Digest): Promise<GraphIndex> {
    const loading = this.#load(tenant, graphHash)
      .then((index) => {
        this.#indexes.set(key, index)
        return index
      })
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, loading)
    return loading
  }
}
