import { describe, expect, test } from 'vitest'
import type { FactBody, RuntimeFact } from '../../../src/facts/fact.ts'
import type { FactRow } from '../../../src/facts/fact-row.ts'
import type { FailPointName } from '../../../src/lib/fail-points.ts'
import { evidenceOf, graphPosted, hitsPosted } from '../../support/folded-fact.ts'
import { Folding, scan1 } from '../../support/folding.ts'

const graphs = {
  'cg-1': { edges: ['main>cart', 'cart>total'], nodes: ['dead'], entryPoints: ['main'] },
  'cg-2': { edges: ['main>other'], entryPoints: ['main'] },
}

function hitsOf({ fact }: FactRow): unknown {
  const { runtimeFacts } = JSON.parse(String(fact?.body)) as FactBody
  return Object.fromEntries(
    (runtimeFacts as readonly RuntimeFact[]).map(({ symbolId, hitCount }) => [symbolId, hitCount]),
  )
}

/** Ends the protocol where power would be cut. */
function cutAt(point: FailPointName) {
  return {
    failPoints: {
      reach: (name: FailPointName) => {
        if (name === point) throw new Error(`cut ${point}`)
      },
    },
  }
}

describe('a fold', () => {
  test('takes all pending evidence at once, and makes one version with one event', async () => {
    const folding = new Folding(graphs)
    const evidence = [graphPosted('cg-1', 'total'), hitsPosted('cg-1', { cart: 2 }), hitsPosted('cg-1', { cart: 3 })]
    await folding.append(...evidence)
    expect(await folding.fold()).toBe('settled')
    const row = await folding.row()
    expect(row).toMatchObject({ version: 1, revision: 1, folded: evidence.map(({ id }) => id) })
    expect(hitsOf(row)).toEqual({ cart: 5 })
    expect(row.events).toMatchObject([
      {
        version: 1,
        digest: row.fact?.digest,
        time: row.fact?.computedAt,
        change: 'verdict',
        figures: { verdict: 'reachable', bucket: 'runtime', stateCount: 2, callgraphIds: ['cg-1'], unknownsCount: 0 },
      },
    ])
    expect(folding.marked).toEqual(evidence.map(({ id }) => id))
    expect(await folding.queue.findReceipt(scan1.tenant, evidence[0]!.id)).toMatchObject({ factVersion: 1 })
  })

  test('without pending evidence asks for no lease, and reads no row', async () => {
    const folding = new Folding(graphs)
    folding.facts.lease = () => expect.unreachable('a lease')
    folding.facts.find = () => expect.unreachable('a read')
    expect(await folding.fold()).toBe('settled')
  })

  test('without pending evidence writes nothing', async () => {
    const folding = new Folding(graphs)
    expect(await folding.fold()).toBe('settled')
    expect(folding.saved).toEqual([])
  })

  test('takes no more rows at once than it may, and goes on until none is left', async () => {
    const folding = new Folding(graphs)
    await folding.append(...[1, 2, 3, 4, 5].map((hits) => hitsPosted('cg-1', { cart: hits })))
    await folding.fold({ limits: { ...folding.deps.limits, evidencePerFold: 2 } })
    expect(folding.computed.map(({ evidence }) => evidence.length)).toEqual([2, 2, 1])
    expect(hitsOf(await folding.row())).toEqual({ cart: 15 })
  })

  test('leaves what came meanwhile to the fold that its bringer requests, so that it ends while somebody keeps posting', async () => {
    const folding = new Folding(graphs)
    await folding.append(hitsPosted('cg-1', { cart: 1 }))
    const compute: typeof folding.deps.compute = async (input) => {
      await folding.append(hitsPosted('cg-1', { cart: 10 }))
      return await folding.deps.compute(input)
    }
    expect(await folding.fold({ compute })).toBe('settled')
    expect(hitsOf(await folding.row())).toEqual({ cart: 1 })
    expect(await folding.fold()).toBe('settled')
    expect(hitsOf(await folding.row())).toEqual({ cart: 11 })
  })

  test('tells of the row once it is saved, and of the new version', async () => {
    const folding = new Folding(graphs)
    await folding.append(graphPosted('cg-1', 'total'))
    await folding.fold()
    const row = await folding.row()
    expect(folding.saved).toEqual([row])
    expect(folding.updated).toEqual([
      { ...scan1, factVersion: 1, digest: row.fact?.digest, verdict: 'reachable', change: 'verdict', score: 0.375 },
    ])
  })

  test('keeps to the graphs of earlier posts', async () => {
    const folding = new Folding(graphs)
    await folding.append(graphPosted('cg-1', 'total'))
    await folding.fold()
    await folding.append(graphPosted('cg-2', 'other'), evidenceOf({ kind: 'recompute', callgraphIds: ['cg-gone'] }))
    await folding.fold()
    expect((await folding.row()).fact?.summary.callgraphIds).toEqual(['cg-1', 'cg-2'])
  })

  test('unites the aliases of its subject, in ordinal order', async () => {
    const folding = new Folding(graphs)
    const posted = (...aliases: string[]) =>
      evidenceOf({ kind: 'callgraph', callgraphId: 'cg-1', targets: [] }, { aliases })
    await folding.append(posted('b', 'Z'))
    await folding.fold()
    await folding.append(posted('a', 'b'))
    await folding.fold()
    expect((await folding.row()).aliases).toEqual(['Z', 'a', 'b'])
  })
})

describe('what changes no digest', () => {
  test('makes no version, no event and no word in the log, and leaves the stored answer as it is', async () => {
    const folding = new Folding(graphs)
    await folding.append(graphPosted('cg-1', 'total'))
    await folding.fold()
    const before = await folding.row()
    folding.time.pass(60_000)
    const again = graphPosted('cg-1', 'total')
    await folding.append(again)
    await folding.fold()
    const { fact, events, version, revision, folded } = await folding.row()
    expect({ fact, events, version }).toEqual({ fact: before.fact, events: before.events, version: 1 })
    expect({ revision, folded }).toEqual({ revision: 2, folded: [again.id] })
    expect(folding.updated).toHaveLength(1)
    expect(folding.marked).toContain(again.id)
  })

  test('as long as nothing makes a fact, leaves version 0, which no receipt names', async () => {
    const folding = new Folding(graphs)
    const evidence = evidenceOf({ kind: 'unknowns', callgraphId: 'cg-1', source: 'api', unknowns: [{ symbolId: 'x' }] })
    await folding.append(evidence)
    await folding.fold()
    const row = await folding.row()
    expect(row).toMatchObject({ version: 0, events: [] })
    expect(row).not.toHaveProperty('fact')
    const receipt = await folding.queue.findReceipt(scan1.tenant, evidence.id)
    expect(receipt).toMatchObject({ state: 'folded' })
    expect(receipt).not.toHaveProperty('factVersion')
  })
})

describe('a fold that is cut off', () => {
  test.each(['after-save', 'before-mark'] as const)('%s counts nothing twice when it is tried again', async (point) => {
    const folding = new Folding(graphs)
    const evidence = [hitsPosted('cg-1', { cart: 2 }), hitsPosted('cg-1', { cart: 3 })]
    await folding.append(...evidence)
    await expect(folding.fold(cutAt(point))).rejects.toThrow(`cut ${point}`)
    expect(folding.marked).toEqual([])
    expect(await folding.fold()).toBe('settled')
    expect(hitsOf(await folding.row())).toEqual({ cart: 5 })
    expect(folding.marked).toEqual(evidence.map(({ id }) => id))
    expect((await folding.row()).version).toBe(1)
  })

  test('twice in a row, with fresh evidence in between, still counts each batch once', async () => {
    const folding = new Folding(graphs)
    await folding.append(hitsPosted('cg-1', { cart: 1 }))
    await expect(folding.fold(cutAt('before-mark'))).rejects.toThrow('cut')
    await folding.append(hitsPosted('cg-1', { cart: 10 }))
    await expect(folding.fold(cutAt('before-mark'))).rejects.toThrow('cut')
    await folding.append(hitsPosted('cg-1', { cart: 100 }))
    await folding.fold()
    expect(hitsOf(await folding.row())).toEqual({ cart: 111 })
    expect(folding.marked).toHaveLength(3)
  })

  test('gives its lease back, so that the next one need not wait', async () => {
    const folding = new Folding(graphs)
    await folding.append(graphPosted('cg-1', 'total'))
    await expect(folding.fold(cutAt('after-save'))).rejects.toThrow('cut')
    expect(await folding.fold({ owner: 'two' })).toBe('settled')
  })
})

describe('another replica', () => {
  test('that saves first makes this fold read everything again, and nothing is lost', async () => {
    const folding = new Folding(graphs)
    await folding.append(hitsPosted('cg-1', { cart: 2 }))
    let hasRaced = false
    const compute: typeof folding.deps.compute = async (input) => {
      const output = await folding.deps.compute(input)
      if (!hasRaced) {
        hasRaced = true
        // The same evidence and more, folded by a replica that did not see the lease.
        await folding.append(hitsPosted('cg-1', { total: 7 }))
        await folding.fold({ owner: 'one' })
      }
      return output
    }
    expect(await folding.fold({ compute })).toBe('settled')
    expect(hitsOf(await folding.row())).toEqual({ cart: 2, total: 7 })
    expect(folding.marked).toHaveLength(2)
    expect((await folding.row()).events.map(({ version }) => version)).toEqual([1])
  })

  test('that relays an event while this one folds costs a repetition, and no evidence', async () => {
    const folding = new Folding(graphs)
    await folding.append(hitsPosted('cg-1', { cart: 1 }))
    await folding.fold()
    const [event] = (await folding.row()).events
    await folding.append(hitsPosted('cg-1', { cart: 10 }))
    const compute: typeof folding.deps.compute = async (input) => {
      const output = await folding.deps.compute(input)
      await folding.facts.pull(scan1.tenant, scan1.subjectKey, [event!.id])
      return output
    }
    expect(await folding.fold({ compute })).toBe('settled')
    expect(hitsOf(await folding.row())).toEqual({ cart: 11 })
    expect((await folding.row()).events.map(({ version }) => version)).toEqual([2])
  })

  test('that holds the lease makes this one leave the subject alone', async () => {
    const folding = new Folding(graphs)
    await folding.append(graphPosted('cg-1', 'total'))
    await folding.facts.lease(scan1.tenant, scan1.subjectKey, 'two', folding.time.clock() + 1_000, folding.time.clock())
    expect(await folding.fold()).toBe('busy')
    expect(folding.saved).toEqual([])
  })
})

describe('events that nobody relays', () => {
  test('wait in their order, and hold up further folds from the limit on, while evidence stays pending', async () => {
    const folding = new Folding(graphs)
    const limits = { ...folding.deps.limits, unrelayedEvents: 2 }
    for (const hits of [1, 2, 3]) {
      await folding.append(hitsPosted('cg-1', { cart: hits }))
      expect(await folding.fold({ limits })).toBe(hits === 3 ? 'blocked' : 'settled')
    }
    const row = await folding.row()
    expect(row.events.map(({ version }) => version)).toEqual([1, 2])
    expect(new Set(row.events.map(({ id }) => id)).size).toBe(2)
    expect(await folding.queue.countPending(scan1)).toBe(1)
    await folding.facts.pull(scan1.tenant, scan1.subjectKey, [row.events[0]!.id])
    expect(await folding.fold({ limits })).toBe('settled')
    expect((await folding.row()).events.map(({ version }) => version)).toEqual([2, 3])
    expect(await folding.queue.countPending(scan1)).toBe(0)
  })
})

test('a body of more than 256 KiB is in the CAS only', async () => {
  const folding = new Folding(graphs)
  const bodyBytes = async (length: number) => {
    const name = 'x'.repeat(length)
    await folding.append(graphPosted('cg-1', name))
    await folding.fold()
    const { fact } = await folding.row()
    return { inRow: fact?.body?.byteLength, inCas: (await folding.blobs.readBlob(fact!.digest)).byteLength }
  }
  const small = await bodyBytes(1_000)
  expect(small.inRow).toBe(small.inCas)
  const large = await bodyBytes(256 * 1024)
  expect(large).toEqual({ inRow: undefined, inCas: expect.any(Number) })
  expect(large.inCas).toBeGreaterThan(256 * 1024)
})
