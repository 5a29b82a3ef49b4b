import { LRUCache } from 'lru-cache'
import type { CallgraphRecord } from '../callgraph-record.ts'
import type { PositionTable } from './position-table.ts'

const maxBytes = 64 * 1024 * 1024
/** What a function costs in a table, roughly. */
const bytesPerNode = 256

/** Position tables of the graphs that runtime output was posted for lately; one that many ask for at once is read once. */
export class PositionCache {
  readonly #read: (record: CallgraphRecord) => Promise<PositionTable>
  readonly #reading = new Map<string, Promise<PositionTable>>()
  readonly #tables = new LRUCache<string, PositionTable>({ maxSize: maxBytes })

  constructor(read: (record: CallgraphRecord) => Promise<PositionTable>) {
    this.#read = read
  }

  async get(record: CallgraphRecord): Promise<PositionTable> {
    // The tenant is part of the key: nothing may tell who else has the same artefact.
    const key = JSON.stringify([record.tenant, record.artifactHash, record.format, record.root])
    return this.#tables.get(key) ?? (await (this.#reading.get(key) ?? this.#start(key, record)))
  }

  #start(key: string, record: CallgraphRecord): Promise<PositionTable> {
    const reading = this.#read(record)
      .then((table) => {
        this.#tables.set(key, table, { size: Math.max(1, record.nodeCount * bytesPerNode) })
        return table
      })
      .finally(() => this.#reading.delete(key))
    this.#reading.set(key, reading)
    return reading
  }
}
