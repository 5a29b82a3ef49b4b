import { LRUCache } from 'lru-cache'
import type { CallgraphRecord } from './callgraph-record.ts'
import type { SharedGraphIndex } from './load-graph-index.ts'

export interface GraphIndexCacheDeps {
  readonly load: (record: CallgraphRecord) => Promise<SharedGraphIndex>
  readonly maxBytes: number
}

/** Indexed graphs within a budget of bytes; a graph that many ask for at once is loaded once. */
export class GraphIndexCache {
  readonly #indexes: LRUCache<string, SharedGraphIndex>
  readonly #loading = new Map<string, Promise<SharedGraphIndex>>()
  readonly #load: GraphIndexCacheDeps['load']
  #hits = 0
  #misses = 0

  constructor({ load, maxBytes }: GraphIndexCacheDeps) {
    this.#load = load
    this.#indexes = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ buffer }) => Math.max(1, buffer.byteLength) })
  }

  async get(record: CallgraphRecord): Promise<SharedGraphIndex> {
    // The tenant is part of the key: that a graph is fast to load must not tell who else has it.
    const key = `${record.tenant}/${record.graphHash}`
    const known = this.#indexes.get(key)
    if (known) this.#hits += 1
    else this.#misses += 1
    return known ?? (await (this.#loading.get(key) ?? this.#start(key, record)))
  }

  /** Since the start of the process. */
  figures(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses }
  }

  #start(key: string, record: CallgraphRecord): Promise<SharedGraphIndex> {
    const loading = this.#load(record)
      .then((loaded) => {
        this.#indexes.set(key, loaded)
        return loaded
      })
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, loading)
    return loading
  }
}
