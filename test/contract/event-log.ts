import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EventLog } from '../../src/events/event-log.ts'
import type { FactUpdated } from '../../src/events/fact-updated.ts'
import { acme, factUpdated, globex } from '../support/store-values.ts'

export interface OpenEventLog {
  readonly log: EventLog
  /** What another replica has open on the same store. */
  readonly replica: EventLog
  readonly close: () => Promise<void>
}

/** What every event log keeps. `open` gives an empty one of its own to each test. */
export function keepsEventLogContract(name: string, open: () => Promise<OpenEventLog>): void {
  describe(`${name} keeps the contract of the event log`, () => {
    let opened: OpenEventLog
    let log: EventLog
    beforeEach(async () => {
      opened = await open()
      log = opened.log
    })
    afterEach(() => opened.close())

    /** Reads by the cursor alone, as a client does. */
    const readAll = async (reader: EventLog, limit: number, after?: string): Promise<string[]> => {
      const ids: string[] = []
      let cursor = after
      for (;;) {
        const { items, nextCursor } = await reader.page(acme, cursor, limit)
        if (items.length === 0) return ids
        ids.push(...items.map(({ event_id }) => event_id))
        cursor = nextCursor
      }
    }

    test('gives events back as they were, in the order given', async () => {
      const events = [factUpdated({ fact_version: 2 }), factUpdated({ fact_version: 1 }), factUpdated()]
      await log.append(events)
      expect((await log.page(acme, undefined, 10)).items).toEqual(events)
      expect((await opened.replica.page(acme, undefined, 10)).items).toEqual(events)
    })

    test('an event may be put in the place of that of its id, and keeps its place and cursor', async () => {
      const events = [factUpdated(), factUpdated(), factUpdated()]
      await log.append(events)
      const { nextCursor } = await log.page(acme, undefined, 1)
      const [first, second, third] = events as [FactUpdated, FactUpdated, FactUpdated]
      const long = { ...first, producer: 'x'.repeat(600_000) }
      await log.replace([long])
      await log.replace([
        { ...first, producer: 'short' },
        factUpdated(),
        { ...second, tenant: globex, producer: 'foreign' },
      ])
      const replaced = [{ ...first, producer: 'short' }, second, third]
      expect((await opened.replica.page(acme, undefined, 10)).items).toEqual(replaced)
      expect((await log.page(acme, nextCursor, 10)).items).toEqual([second, third])
      expect((await log.page(acme, first.event_id, 1)).items).toEqual([second])
      await log.append([first])
      expect((await log.page(acme, undefined, 10)).items).toEqual(replaced)
    })

    test('an empty page has no cursor, any other has one, the last page too', async () => {
      expect(await log.page(acme, undefined, 10)).toEqual({ items: [] })
      await log.append([factUpdated()])
      const { nextCursor } = await log.page(acme, undefined, 10)
      expect(nextCursor).toBeTypeOf('string')
      expect(await log.page(acme, nextCursor, 10)).toEqual({ items: [] })
    })

    test('an append that is repeated, whole or in part, adds nothing and moves nothing', async () => {
      const [first, second, third] = [factUpdated(), factUpdated(), factUpdated()]
      await log.append([first, second])
      await log.append([first])
      await opened.replica.append([second, first, third])
      await log.append([])
      expect(await readAll(log, 10)).toEqual([first, second, third].map(({ event_id }) => event_id))
    })

    test('a cursor and an event id both mean: behind this one', async () => {
      const events = Array.from({ length: 5 }, () => factUpdated())
      await log.append(events)
      const ids = events.map(({ event_id }) => event_id)
      const { nextCursor } = await log.page(acme, undefined, 2)
      expect(await readAll(log, 2, nextCursor)).toEqual(ids.slice(2))
      expect(await readAll(log, 2, ids[1])).toEqual(ids.slice(2))
      expect(await readAll(log, 2, ids[4])).toEqual([])
    })

    test.each(['nobody', '', 'b3BlbiBzZXNhbWU', 'a'.repeat(4_000), '../..', '\0', '%00'])(
      'a position that names nothing is refused: %j',
      async (after) => {
        await log.append([factUpdated()])
        await expect(log.page(acme, after, 10)).rejects.toMatchObject({ code: 'QUERY_INVALID' })
      },
    )

    test('a reader that follows the cursor misses nothing and sees nothing twice, while two replicas append', async () => {
      const events = Array.from({ length: 120 }, (_, position) => factUpdated({ fact_version: position + 1 }))
      let isAppending = true
      const appending = Promise.all(
        events.map((event, turn) => (turn % 2 ? opened.replica : log).append([event])),
      ).finally(() => {
        isAppending = false
      })
      const seen: string[] = []
      let cursor: string | undefined
      for (;;) {
        const wasAppending = isAppending
        const page = await log.page(acme, cursor, 7)
        seen.push(...page.items.map(({ event_id }) => event_id))
        cursor = page.nextCursor ?? cursor
        if (page.items.length === 0 && !wasAppending) break
        // The appends need a turn of the event loop.
        await new Promise(setImmediate)
      }
      await appending
      expect(seen).toHaveLength(events.length)
      expect([...seen].sort()).toEqual(events.map(({ event_id }) => event_id).sort())
      expect(await readAll(opened.replica, 50)).toEqual(seen)
    })

    test('no tenant sees, positions by, or is told the number of another’s events', async () => {
      const own = factUpdated()
      await log.append([own])
      expect(await log.page(globex, undefined, 10)).toEqual({ items: [] })
      await expect(log.page(globex, own.event_id, 10)).rejects.toMatchObject({ code: 'QUERY_INVALID' })
      const { nextCursor } = await log.page(acme, undefined, 10)
      await log.append(Array.from({ length: 20 }, () => factUpdated({ tenant: acme })))
      await log.append([factUpdated({ tenant: globex })])
      // The same position in another tenant's log has the same cursor: it says nothing of what lies between.
      expect((await log.page(globex, undefined, 10)).nextCursor).toBe(nextCursor)
    })

    test('one event id in two tenants is two events', async () => {
      const event = factUpdated()
      await log.append([event, { ...event, tenant: globex }])
      expect((await log.page(acme, undefined, 10)).items).toEqual([event])
      expect((await log.page(globex, undefined, 10)).items).toEqual([{ ...event, tenant: globex }])
    })
  })
}
