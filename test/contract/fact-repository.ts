import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FactFilter, FactRepository } from '../../src/facts/fact-repository.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { acme, at, factlessRow, globex, nextRow, slimEvent, someFactRow } from '../support/store-values.ts'

export interface OpenFactRepository {
  readonly facts: FactRepository
  /** What another replica has open on the same store. */
  readonly replica: FactRepository
  readonly close: () => Promise<void>
}

/** What every fact repository keeps, its outbox included. `open` gives an empty one of its own to each test. */
export function keepsFactRepositoryContract(name: string, open: () => Promise<OpenFactRepository>): void {
  describe(`${name} keeps the contract of the fact repository`, () => {
    let opened: OpenFactRepository
    let facts: FactRepository
    beforeEach(async () => {
      opened = await open()
      facts = opened.facts
    })
    afterEach(() => opened.close())

    const save = async (...rows: FactRow[]): Promise<void> => {
      for (const row of rows) expect(await facts.save(row)).toBe('saved')
    }
    const list = async (filter: FactFilter = {}, after?: string, limit = 50): Promise<string[]> =>
      (await facts.list(acme, filter, after, limit)).map(({ subjectKey }) => subjectKey)

    describe('a row', () => {
      test('comes back as it was saved, on every replica', async () => {
        const body = Buffer.from(Array.from({ length: 256 * 1024 }, (_, position) => position % 251))
        const { fact, ...row } = someFactRow({ aliases: ['image', 'shop|1'], folded: ['e-1', 'e-2'] })
        const full = { ...row, ...(fact && { fact: { ...fact, body } }) }
        await save(full)
        expect(await facts.find(acme, 'scan-1')).toEqual(full)
        expect(await opened.replica.find(acme, 'scan-1')).toEqual(full)
        expect(await opened.replica.peek(acme, 'scan-1')).toEqual(full)
      })

      test('may have no fact, and a fact may have its body elsewhere', async () => {
        const factless = factlessRow('scan-2')
        const { body: _body, ...fact } = someFactRow().fact ?? {}
        const bodiless = { ...someFactRow(), fact } as FactRow
        await save(factless, bodiless)
        expect(await facts.find(acme, 'scan-2')).toEqual(factless)
        expect(await facts.find(acme, 'scan-1')).toEqual(bodiless)
        expect(await facts.find(acme, 'scan-3')).toBeUndefined()
        expect(await facts.peek(acme, 'scan-3')).toBeUndefined()
      })

      test('keeps nothing of what it replaces', async () => {
        const first = someFactRow({ aliases: ['old'], folded: ['e-1'] })
        const { body: _body, ...fact } = first.fact ?? {}
        const second = { ...nextRow(first, { aliases: ['new'], folded: [], events: [] }), fact } as FactRow
        await save(first, second)
        expect(await facts.find(acme, 'scan-1')).toEqual(second)
        expect(await facts.findByAlias(acme, 'old')).toEqual([])
        expect(await facts.findByAlias(acme, 'new')).toEqual(['scan-1'])
      })
    })

    test('the revision alone is that of the row, after saves and pulls of any replica', async () => {
      expect(await facts.revisionOf(acme, 'scan-1')).toBeUndefined()
      const row = someFactRow()
      await save(row)
      expect(await facts.revisionOf(acme, 'scan-1')).toBe(1)
      await opened.replica.pull(
        acme,
        'scan-1',
        row.events.map(({ id }) => id),
      )
      expect(await facts.revisionOf(acme, 'scan-1')).toBe(2)
      expect(await facts.revisionOf(globex, 'scan-1')).toBeUndefined()
    })

    describe('compare-and-set', () => {
      test('refuses a first row where there is one, a next row where there is none, and a revision already written', async () => {
        const first = someFactRow()
        const second = nextRow(first, { folded: ['mine'] })
        expect(await facts.save(second)).toBe('conflict')
        expect(await facts.find(acme, 'scan-1')).toBeUndefined()
        await save(first)
        expect(await facts.save({ ...first, folded: ['other'] })).toBe('conflict')
        await save(second)
        expect(await facts.save({ ...second, folded: ['other'] })).toBe('conflict')
        expect(await facts.save(nextRow(nextRow(second)))).toBe('conflict')
        expect(await facts.find(acme, 'scan-1')).toEqual(second)
      })

      test('a lost one writes nothing: no aliases, no events', async () => {
        await save(someFactRow({ events: [] }))
        const lost = someFactRow({ aliases: ['image'] }, { callgraphIds: ['cg-9'] })
        expect(await facts.save(lost)).toBe('conflict')
        expect(await facts.findByAlias(acme, 'image')).toEqual([])
        expect(await list({ callgraphId: 'cg-9' })).toEqual([])
        expect(await facts.unrelayed(10)).toEqual([])
      })

      test('of many writers on two replicas exactly one wins each revision', async () => {
        await save(someFactRow({ folded: [] }))
        const wins = Array.from({ length: 8 }, (_, writer) => async () => {
          const repository = writer % 2 ? opened.replica : facts
          for (let counted = 0; counted < 5; ) {
            const row = await repository.find(acme, 'scan-1')
            if (!row) throw new Error('the row is gone')
            const outcome = await repository.save(nextRow(row, { folded: [...row.folded, `${writer}-${counted}`] }))
            if (outcome === 'saved') counted += 1
          }
        })
        await Promise.all(wins.map((win) => win()))
        const row = await facts.find(acme, 'scan-1')
        expect(row?.revision).toBe(1 + 8 * 5)
        expect(new Set(row?.folded).size).toBe(8 * 5)
      })
    })

    describe('the outbox', () => {
      test('lists rows with events, the longest waiting first, and no more than asked for', async () => {
        const rows = [30, 10, 20].map((time) =>
          someFactRow({ subjectKey: `scan-${time}`, events: [slimEvent(1, { time: at(time) }), slimEvent(2)] }),
        )
        await save(...rows, someFactRow({ subjectKey: 'quiet', events: [] }))
        const entries = await facts.unrelayed(10)
        expect(entries.map(({ subjectKey }) => subjectKey)).toEqual(['scan-10', 'scan-20', 'scan-30'])
        expect(entries[0]).toEqual({ tenant: acme, subjectKey: 'scan-10', revision: 1, events: rows[1]?.events })
        expect(await facts.unrelayed(1)).toHaveLength(1)
      })

      test('reads only those that are wanted, by whose they are and how long they wait', async () => {
        const rows = [30, 10, 20].map((time) =>
          someFactRow({ subjectKey: `scan-${time}`, events: [slimEvent(1, { time: at(time) }), slimEvent(2)] }),
        )
        await save(...rows)
        const asked: unknown[] = []
        const entries = await facts.unrelayed(2, (waiting) => {
          asked.push(waiting)
          return waiting.subjectKey === 'scan-20'
        })
        expect(entries).toEqual([{ tenant: acme, subjectKey: 'scan-20', revision: 1, events: rows[2]?.events }])
        expect(asked).toEqual([
          { tenant: acme, subjectKey: 'scan-10', oldestEventAt: at(10) },
          { tenant: acme, subjectKey: 'scan-20', oldestEventAt: at(20) },
        ])
      })

      test('a pull takes exactly the events named, keeps the order of the rest, and raises the revision', async () => {
        const events = [1, 2, 3, 4].map((version) => slimEvent(version, { traceId: `"${version}"` }))
        const row = someFactRow({ events })
        await save(row)
        await facts.pull(acme, 'scan-1', [events[2]?.id ?? '', events[0]?.id ?? '', 'nobody'])
        const left = [events[1], events[3]]
        expect(await facts.find(acme, 'scan-1')).toEqual({ ...row, revision: 2, events: left })
        expect(await facts.unrelayed(10)).toMatchObject([{ revision: 2, events: left }])
      })

      test('a pull of what is gone changes nothing, not even the revision', async () => {
        const row = someFactRow()
        const ids = row.events.map(({ id }) => id)
        await save(row)
        await facts.pull(acme, 'scan-1', ids)
        await facts.pull(acme, 'scan-1', ids)
        await facts.pull(acme, 'scan-1', [])
        await facts.pull(acme, 'nobody', ids)
        expect(await facts.find(acme, 'scan-1')).toEqual({ ...row, revision: 2, events: [] })
      })

      test('events pulled while a fold was at work are never put back', async () => {
        const row = someFactRow()
        await save(row)
        const folding = nextRow(row, { version: 2, events: [...row.events, slimEvent(2)] })
        await opened.replica.pull(acme, 'scan-1', [row.events[0]?.id ?? ''])
        expect(await facts.save(folding)).toBe('conflict')
        expect(await facts.unrelayed(10)).toEqual([])
      })

      test('pulls and saves at once, on two replicas, lose no event and bring none back', async () => {
        await save(someFactRow({ events: [] }))
        const made: string[] = []
        const relayed: string[] = []
        let isSaving = true
        const saving = (async () => {
          while (made.length < 40) {
            const row = await facts.find(acme, 'scan-1')
            if (!row) throw new Error('the row is gone')
            const event = slimEvent(row.version + 1)
            const next = nextRow(row, { version: row.version + 1, events: [...row.events, event] })
            if ((await facts.save(next)) === 'saved') made.push(event.id)
          }
          isSaving = false
        })()
        const relaying = (async () => {
          for (;;) {
            const wasSaving = isSaving
            const [entry] = await opened.replica.unrelayed(1)
            if (!entry && !wasSaving) return
            const ids = entry?.events.map(({ id }) => id) ?? []
            relayed.push(...ids)
            await opened.replica.pull(acme, 'scan-1', ids)
          }
        })()
        await Promise.all([saving, relaying])
        expect(relayed).toEqual(made)
        expect((await facts.find(acme, 'scan-1'))?.events).toEqual([])
      })

      test('the backlog counts events over all tenants and knows the oldest', async () => {
        expect(await facts.backlog()).toEqual({ events: 0 })
        await save(
          someFactRow({ events: [slimEvent(5), slimEvent(6)] }),
          someFactRow({ tenant: globex, events: [slimEvent(3)] }),
        )
        expect(await facts.backlog()).toEqual({ events: 3, oldest: at(3) })
      })
    })

    describe('a lease', () => {
      const lease = (repository: FactRepository, owner: string, untilMs: number, nowMs: number) =>
        repository.lease(acme, 'scan-1', owner, untilMs, nowMs)

      test('is held by one owner, who may extend it, until it is released', async () => {
        expect(await lease(facts, 'one', 1_000, 0)).toBe(true)
        expect(await lease(opened.replica, 'two', 1_000, 0)).toBe(false)
        expect(await lease(facts, 'one', 2_000, 500)).toBe(true)
        expect(await lease(opened.replica, 'two', 3_000, 1_500)).toBe(false)
        await facts.release(acme, 'scan-1', 'one')
        expect(await lease(opened.replica, 'two', 3_000, 1_500)).toBe(true)
      })

      test('is taken over once it has run out, and then its first owner cannot release it', async () => {
        expect(await lease(facts, 'dead', 1_000, 0)).toBe(true)
        expect(await lease(opened.replica, 'two', 2_000, 999)).toBe(false)
        expect(await lease(opened.replica, 'two', 2_000, 1_000)).toBe(true)
        await facts.release(acme, 'scan-1', 'dead')
        expect(await lease(facts, 'three', 3_000, 1_500)).toBe(false)
      })

      test('of many owners at once exactly one gets it', async () => {
        const owners = Array.from({ length: 20 }, (_, position) => `owner-${position}`)
        const won = await Promise.all(
          owners.map((owner, turn) => lease(turn % 2 ? opened.replica : facts, owner, 1_000, 0)),
        )
        expect(won.filter(Boolean)).toHaveLength(1)
      })

      test('is there before the row, and neither makes one nor costs a writer its revision', async () => {
        await lease(facts, 'one', 1_000, 0)
        expect(await facts.find(acme, 'scan-1')).toBeUndefined()
        await save(someFactRow())
        await lease(facts, 'one', 2_000, 0)
        await save(nextRow(someFactRow()))
      })
    })

    describe('aliases', () => {
      test('name subjects in ordinal order, at most 20', async () => {
        const keys = Array.from({ length: 25 }, (_, position) => `scan-${position}`)
        for (const subjectKey of keys) await facts.save(someFactRow({ subjectKey, aliases: ['image'] }))
        expect(await facts.findByAlias(acme, 'image')).toEqual([...keys].sort().slice(0, 20))
        expect(await facts.findByAlias(acme, 'scan-1')).toEqual([])
      })

      test('of a subject without a fact count too', async () => {
        await save({ ...factlessRow('scan-1'), aliases: ['image'] })
        expect(await facts.findByAlias(acme, 'image')).toEqual(['scan-1'])
      })
    })

    describe('a list', () => {
      // Beyond the basic plane UTF-8 and UTF-16 disagree: U+FF5E is below the surrogates in the one, above in the other.
      const keys = ['scan-1', 'scan-10', 'scan-2', 'Scan-2', 'é', 'z', '\uff5e', '\u{1F600}']

      test('goes by UTF-16 code units, page after page, even while facts are added', async () => {
        for (const subjectKey of keys) await facts.save(someFactRow({ subjectKey }))
        const first = await list({}, undefined, 3)
        await facts.save(someFactRow({ subjectKey: 'A' }))
        await facts.save(someFactRow({ subjectKey: 'zz' }))
        const rest = await list({}, first.at(-1), 50)
        expect([...first, ...rest]).toEqual([...keys, 'zz'].sort())
        expect(await list({}, '\u{1F600}')).toEqual(['\uff5e'])
      })

      test('gives whole summaries, and only of subjects that have a fact', async () => {
        const row = someFactRow()
        await save(row, factlessRow('scan-2'))
        expect(await facts.list(acme, {}, undefined, 10)).toEqual([row.fact?.summary])
        expect(await facts.countFacts(acme)).toBe(1)
      })

      test('filters by every member, and by several at once', async () => {
        await save(
          someFactRow(
            { subjectKey: 'a' },
            { callgraphIds: ['cg-1', 'cg-2'], buckets: ['direct', 'unknown'], score: 0.25, computedAt: at(10) },
          ),
          someFactRow(
            { subjectKey: 'b' },
            {
              callgraphIds: ['cg-2'],
              buckets: ['unreachable'],
              verdicts: ['unreachable'],
              verdict: 'unreachable',
              computedAt: at(20),
            },
          ),
        )
        expect(await list({ callgraphId: 'cg-1' })).toEqual(['a'])
        expect(await list({ callgraphId: 'cg-2' })).toEqual(['a', 'b'])
        expect(await list({ callgraphId: 'cg' })).toEqual([])
        expect(await list({ bucket: 'unknown' })).toEqual(['a'])
        // A word that is part of another is another word.
        expect(await list({ verdict: 'reachable' })).toEqual(['a'])
        expect(await list({ verdict: 'unreachable' })).toEqual(['b'])
        expect(await list({ minScore: 0.25 })).toEqual(['a', 'b'])
        expect(await list({ minScore: 0.26 })).toEqual(['b'])
        expect(await list({ minScore: 0 })).toEqual(['a', 'b'])
        expect(await list({ updatedAfter: at(10) })).toEqual(['b'])
        expect(await list({ callgraphId: 'cg-2', verdict: 'reachable' }, undefined, 1)).toEqual(['a'])
        expect(await list({ callgraphId: 'cg-2' }, 'a')).toEqual(['b'])
      })

      test('a verdict is found by the fact’s own, too, when there is no state', async () => {
        await save(someFactRow({}, { verdict: 'unknown', verdicts: [], buckets: [], bucket: null, weight: null }))
        expect(await list({ verdict: 'unknown' })).toEqual(['scan-1'])
      })

      test('follows what a later version says', async () => {
        const first = someFactRow({}, { callgraphIds: ['cg-1'], score: 0.9 })
        const later = someFactRow({}, { callgraphIds: ['cg-2'], score: 0.1 })
        await save(first, { ...later, revision: 2, version: 2 })
        expect(await list({ callgraphId: 'cg-1' })).toEqual([])
        expect(await list({ callgraphId: 'cg-2' })).toEqual(['scan-1'])
        expect(await list({ minScore: 0.5 })).toEqual([])
      })
    })

    test('no tenant reads, lists, leases, pulls or overwrites what is another’s', async () => {
      const row = someFactRow({ aliases: ['image'] })
      await save(row)
      expect(await facts.find(globex, 'scan-1')).toBeUndefined()
      expect(await facts.findByAlias(globex, 'image')).toEqual([])
      expect(await facts.list(globex, {}, undefined, 10)).toEqual([])
      expect(await facts.list(globex, { callgraphId: 'cg-1' }, undefined, 10)).toEqual([])
      expect(await facts.countFacts(globex)).toBe(0)
      await facts.pull(
        globex,
        'scan-1',
        row.events.map(({ id }) => id),
      )
      expect(await facts.save({ ...nextRow(row), tenant: globex })).toBe('conflict')
      await save({ ...row, tenant: globex, aliases: [] })
      await facts.lease(acme, 'scan-1', 'one', 1_000, 0)
      expect(await facts.lease(globex, 'scan-1', 'two', 1_000, 0)).toBe(true)
      await facts.release(globex, 'scan-1', 'one')
      expect(await facts.lease(acme, 'scan-1', 'two', 1_000, 0)).toBe(false)
      expect(await facts.find(acme, 'scan-1')).toEqual(row)
    })
  })
}
