import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallgraphRecord } from '../../src/callgraphs/callgraph-record.ts'
import type { CallgraphRepository } from '../../src/callgraphs/callgraph-repository.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { acme, globex, someCallgraph } from '../support/store-values.ts'

export interface OpenCallgraphRepository {
  readonly callgraphs: CallgraphRepository
  /** What another replica has open on the same store. */
  readonly replica: CallgraphRepository
  readonly close: () => Promise<void>
}

/** What every callgraph repository keeps. `open` gives an empty one of its own to each test. */
export function keepsCallgraphRepositoryContract(name: string, open: () => Promise<OpenCallgraphRepository>): void {
  describe(`${name} keeps the contract of the callgraph repository`, () => {
    let opened: OpenCallgraphRepository
    let callgraphs: CallgraphRepository
    beforeEach(async () => {
      opened = await open()
      callgraphs = opened.callgraphs
    })
    afterEach(() => opened.close())

    const idsOf = (records: readonly CallgraphRecord[]): string[] => records.map(({ callgraphId }) => callgraphId)

    test('gives a record back as it was, on every replica', async () => {
      const record = someCallgraph({
        analysisIds: ['ua-1'],
        subjectKeys: ['scan-1', 'shop|1.0'],
        analyzer: { name: 'jelly' },
        metadata: { note: "it's ‘quoted’" },
      })
      expect(await callgraphs.upsert(record)).toBe('created')
      expect(await callgraphs.find(acme, 'cg-1')).toEqual(record)
      expect(await opened.replica.find(acme, 'cg-1')).toEqual(record)
      expect(await callgraphs.find(acme, 'cg-2')).toBeUndefined()
    })

    test('a subject that is taken from its graphs is named by none, and graphs and other subjects stay', async () => {
      await callgraphs.upsert(someCallgraph({ subjectKeys: ['scan-1', 'scan-2'] }))
      await callgraphs.upsert(someCallgraph({ callgraphId: 'cg-2', subjectKeys: ['scan-1'] }))
      await callgraphs.upsert(someCallgraph({ tenant: globex, subjectKeys: ['scan-1'] }))
      await callgraphs.unlinkSubject(acme, 'scan-1')
      await callgraphs.unlinkSubject(acme, 'nobody')
      expect(await opened.replica.list(acme, { subjectKey: 'scan-1' }, undefined, 10)).toEqual([])
      expect((await callgraphs.find(acme, 'cg-1'))?.subjectKeys).toEqual(['scan-2'])
      expect((await callgraphs.find(acme, 'cg-2'))?.subjectKeys).toEqual([])
      expect((await callgraphs.find(globex, 'cg-1'))?.subjectKeys).toEqual(['scan-1'])
    })

    test('a graph that is removed is gone with all that named it, for its tenant alone, and may come anew', async () => {
      const record = someCallgraph({ subjectKeys: ['scan-1'], metadata: { long: 'x'.repeat(600_000) } })
      await callgraphs.upsert(record)
      await callgraphs.upsert(someCallgraph({ tenant: globex }))
      await callgraphs.remove(acme, 'cg-1')
      await callgraphs.remove(acme, 'cg-1')
      expect(await opened.replica.find(acme, 'cg-1')).toBeUndefined()
      expect(await callgraphs.find(globex, 'cg-1')).toBeDefined()
      expect(await callgraphs.upsert(someCallgraph())).toBe('created')
      expect((await callgraphs.find(acme, 'cg-1'))?.subjectKeys).toEqual([])
    })

    test('posted again, the first record stays and its analyses and subjects are united', async () => {
      const first = someCallgraph({ analysisIds: ['ua-2'], subjectKeys: ['b'] })
      await callgraphs.upsert(first)
      const again = someCallgraph({
        analysisIds: ['ua-1', 'ua-2'],
        subjectKeys: ['a', 'b'],
        format: 'jelly',
        nodeCount: 9,
      })
      expect(await callgraphs.upsert(again)).toBe('unchanged')
      expect(await callgraphs.find(acme, 'cg-1')).toEqual({
        ...first,
        analysisIds: ['ua-1', 'ua-2'],
        subjectKeys: ['a', 'b'],
      })
    })

    test('of many posts at once, on two replicas, one is created and every subject is kept', async () => {
      const subjectKeys = Array.from({ length: 30 }, (_, position) => `scan-${position}`)
      const outcomes = await Promise.all(
        subjectKeys.map((subjectKey, turn) =>
          (turn % 2 ? opened.replica : callgraphs).upsert(someCallgraph({ subjectKeys: [subjectKey] })),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect((await callgraphs.find(acme, 'cg-1'))?.subjectKeys).toEqual([...subjectKeys].sort())
    })

    test('lists in order of the id, page after page, even while graphs are added', async () => {
      const ids = ['cg-1', 'cg-10', 'cg-2', 'CG-2', 'ua_long', 'ua.long']
      for (const callgraphId of ids) await callgraphs.upsert(someCallgraph({ callgraphId }))
      const first = idsOf(await callgraphs.list(acme, {}, undefined, 3))
      await callgraphs.upsert(someCallgraph({ callgraphId: 'cg-0' }))
      await callgraphs.upsert(someCallgraph({ callgraphId: 'cg-3' }))
      const rest = idsOf(await callgraphs.list(acme, {}, first.at(-1), 10))
      expect([...first, ...rest]).toEqual([...ids, 'cg-3'].sort())
    })

    test('filters by every member, and by several at once', async () => {
      await callgraphs.upsert(someCallgraph({ callgraphId: 'cg-1', subjectKeys: ['s'], analysisIds: ['a'] }))
      await callgraphs.upsert(someCallgraph({ callgraphId: 'cg-2', language: 'go', component: 'cart', version: '2' }))
      const list = async (filter: Parameters<CallgraphRepository['list']>[1]) =>
        idsOf(await callgraphs.list(acme, filter, undefined, 10))
      expect(await list({ language: 'go' })).toEqual(['cg-2'])
      expect(await list({ component: 'shop' })).toEqual(['cg-1'])
      expect(await list({ version: '2' })).toEqual(['cg-2'])
      expect(await list({ graphHash: sha256Of('cg-1') })).toEqual(['cg-1'])
      expect(await list({ subjectKey: 's' })).toEqual(['cg-1'])
      // One kind of name is never taken for the other.
      expect(await list({ subjectKey: 'a' })).toEqual([])
      expect(await list({ analysisId: 'a' })).toEqual(['cg-1'])
      expect(await list({ analysisId: 'a', language: 'go' })).toEqual([])
      expect(await list({ language: 'go', component: 'cart' })).toEqual(['cg-2'])
      expect(await list({ language: "go' OR '1'='1" })).toEqual([])
    })

    test('no tenant sees or extends what is another’s', async () => {
      await callgraphs.upsert(someCallgraph({ subjectKeys: ['s'], analysisIds: ['a'] }))
      expect(await callgraphs.find(globex, 'cg-1')).toBeUndefined()
      expect(await callgraphs.list(globex, {}, undefined, 10)).toEqual([])
      expect(await callgraphs.upsert(someCallgraph({ tenant: globex, subjectKeys: ['t'] }))).toBe('created')
      expect((await callgraphs.find(acme, 'cg-1'))?.subjectKeys).toEqual(['s'])
      expect((await callgraphs.find(globex, 'cg-1'))?.subjectKeys).toEqual(['t'])
      expect(await callgraphs.list(globex, { subjectKey: 's' }, undefined, 10)).toEqual([])
      expect(await callgraphs.list(globex, { analysisId: 'a' }, undefined, 10)).toEqual([])
    })
  })
}
