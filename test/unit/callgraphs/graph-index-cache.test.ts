import { beforeEach, describe, expect, test } from 'vitest'
import type { CallgraphRecord } from '../../../src/callgraphs/callgraph-record.ts'
import { countUnmatched } from '../../../src/callgraphs/count-unmatched.ts'
import { GraphIndexCache } from '../../../src/callgraphs/graph-index-cache.ts'
import type { SharedGraphIndex } from '../../../src/callgraphs/load-graph-index.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { latch } from '../../support/latch.ts'
import { MemoryCallgraphRepository } from '../../support/memory-callgraph-repository.ts'
import { acme, globex, someCallgraph } from '../../support/store-values.ts'
import { tinyGraphIndex } from '../../support/tiny-graph.ts'

const index = tinyGraphIndex({ edges: ['main>cart'], symbolKeys: { Cart: ['cart'], either: ['cart', 'main'] } })

let loaded: string[]

beforeEach(() => {
  loaded = []
})

async function load(record: CallgraphRecord, bytes = 100): Promise<SharedGraphIndex> {
  loaded.push(`${record.tenant}/${record.callgraphId}`)
  return { index, buffer: new SharedArrayBuffer(bytes) }
}

function graph(callgraphId: string): CallgraphRecord {
  return someCallgraph({ callgraphId })
}

describe('a graph that is asked for', () => {
  test('again is loaded once', async () => {
    const cache = new GraphIndexCache({ load, maxBytes: 1_000 })
    const first = await cache.get(graph('cg-1'))
    expect(await cache.get(graph('cg-1'))).toBe(first)
    expect(loaded).toEqual(['acme/cg-1'])
  })

  test('by many at once is loaded once, and all get the same', async () => {
    const opens = latch()
    const cache = new GraphIndexCache({
      load: async (record) => {
        const made = await load(record)
        await opens.opened
        return made
      },
      maxBytes: 1_000,
    })
    const asked = Promise.all([1, 2, 3].map(() => cache.get(graph('cg-1'))))
    opens.open()
    expect(new Set(await asked).size).toBe(1)
    expect(loaded).toEqual(['acme/cg-1'])
  })

  test('under two ids is one graph: its hash names it', async () => {
    const cache = new GraphIndexCache({ load, maxBytes: 1_000 })
    await cache.get(graph('cg-1'))
    await cache.get({ ...graph('cg-2'), graphHash: sha256Of('cg-1') })
    expect(loaded).toEqual(['acme/cg-1'])
  })

  test('by another tenant is loaded anew, or the time it takes would tell who has it', async () => {
    const cache = new GraphIndexCache({ load, maxBytes: 1_000 })
    await cache.get(graph('cg-1'))
    await cache.get({ ...graph('cg-1'), tenant: globex })
    expect(loaded).toEqual(['acme/cg-1', 'globex/cg-1'])
  })

  test('after its load has failed is loaded again, for each who asked then and for whoever asks later', async () => {
    let isAway = true
    const cache = new GraphIndexCache({
      load: async (record) => {
        if (isAway) throw new Error('no store')
        return await load(record)
      },
      maxBytes: 1_000,
    })
    const asked = await Promise.allSettled([cache.get(graph('cg-1')), cache.get(graph('cg-1'))])
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    isAway = false
    await cache.get(graph('cg-1'))
    expect(loaded).toEqual(['acme/cg-1'])
  })
})

describe('the budget of bytes', () => {
  test('lets go of the graph that was asked for longest ago', async () => {
    const cache = new GraphIndexCache({ load: (record) => load(record, 400), maxBytes: 1_000 })
    for (const id of ['cg-1', 'cg-2', 'cg-1', 'cg-3', 'cg-1', 'cg-2']) await cache.get(graph(id))
    expect(loaded).toEqual(['acme/cg-1', 'acme/cg-2', 'acme/cg-3', 'acme/cg-2'])
  })

  test('does not keep a graph that is larger than all of it, and gives it all the same', async () => {
    const cache = new GraphIndexCache({ load: (record) => load(record, 2_000), maxBytes: 1_000 })
    expect((await cache.get(graph('cg-1'))).buffer.byteLength).toBe(2_000)
    await cache.get(graph('cg-1'))
    expect(loaded).toHaveLength(2)
  })

  test('takes a graph of no bytes', async () => {
    const cache = new GraphIndexCache({ load: (record) => load(record, 0), maxBytes: 1_000 })
    await cache.get(graph('cg-1'))
    await cache.get(graph('cg-1'))
    expect(loaded).toHaveLength(1)
  })
})

describe('names that do not match', () => {
  const names = ['main', 'cart', 'Cart', 'gone', 'either']
  const deps = { callgraphs: new MemoryCallgraphRepository(), indexes: new GraphIndexCache({ load, maxBytes: 1_000 }) }

  test('are those of no node, and those of several', async () => {
    await deps.callgraphs.upsert(graph('cg-1'))
    expect(await countUnmatched(deps, { tenant: acme, callgraphId: 'cg-1', names })).toBe(2)
    expect(await countUnmatched(deps, { tenant: acme, callgraphId: 'cg-1', names: [] })).toBe(0)
  })

  test('are not counted in a graph that the tenant does not have', async () => {
    await deps.callgraphs.upsert(graph('cg-1'))
    expect(await countUnmatched(deps, { tenant: acme, callgraphId: 'cg-2', names })).toBeUndefined()
    expect(await countUnmatched(deps, { tenant: globex, callgraphId: 'cg-1', names })).toBeUndefined()
    expect(loaded).toEqual([])
  })
})
