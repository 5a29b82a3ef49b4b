import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EventLog } from '../../../src/events/event-log.ts'
import { allPublished, type PublishOutcome } from '../../../src/events/event-publisher.ts'
import type { FactUpdated } from '../../../src/events/fact-updated.ts'
import type { OutboxEntry, SlimEvent } from '../../../src/events/outbox.ts'
import { OutboxRelay, type OutboxRelayDeps } from '../../../src/events/outbox-relay.ts'
import type { SavedSubject } from '../../../src/events/relay-share.ts'
import { SqliteEventLog } from '../../../src/events/sqlite-event-log.ts'
import type { FactRepository } from '../../../src/facts/fact-repository.ts'
import { SqliteFactRepository } from '../../../src/facts/sqlite-fact-repository.ts'
import { noFailPoints } from '../../../src/lib/fail-points.ts'
import { latch } from '../../support/latch.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { acme, factUpdated, nextRow, slimEvent, someFactRow } from '../../support/store-values.ts'
import { openTwoReplicas, type TwoReplicas } from '../../support/temporary-sqlite.ts'

const lookEveryMs = 5_000

let stores: TwoReplicas
let facts: FactRepository
let log: EventLog
let time: ManualTime
let published: FactUpdated[]
let warnings: unknown[]
let relays: OutboxRelay[]

beforeEach(async () => {
  stores = await openTwoReplicas()
  facts = new SqliteFactRepository(stores.one)
  log = new SqliteEventLog(stores.one)
  time = new ManualTime()
  published = []
  warnings = []
  relays = []
})
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.close()))
  expect(time.waiting).toBe(0)
  await stores.close()
})

async function complete({ tenant, subjectKey }: OutboxEntry, slim: SlimEvent): Promise<FactUpdated> {
  return factUpdated({ event_id: slim.id, tenant, subject_key: subjectKey, fact_version: slim.version })
}

async function take(events: readonly FactUpdated[]): Promise<PublishOutcome> {
  published.push(...events)
  return allPublished
}

function newRelay(changed: Partial<OutboxRelayDeps> = {}): OutboxRelay {
  const relay = new OutboxRelay({
    outbox: facts,
    log,
    publisher: { publish: take },
    complete,
    remember: async () => undefined,
    forgetErased: async () => undefined,
    markCache: async () => undefined,
    failPoints: noFailPoints,
    logger: { warn: (line: unknown) => void warnings.push(line) },
    clock: time.clock,
    timer: time.timer,
    lookEveryMs,
    ...changed,
  })
  relays.push(relay)
  return relay
}

async function saveEvents(subjectKey: string, ...versions: number[]): Promise<string[]> {
  const events = versions.map((version) => slimEvent(version))
  await facts.save(someFactRow({ subjectKey, events }))
  return events.map(({ id }) => id)
}

async function logged(): Promise<string[]> {
  return (await log.page(acme, undefined, 200)).items.map(({ event_id }) => event_id)
}

function saved(subjectKey: string): SavedSubject {
  return { tenant: acme, subjectKey }
}

const idsOf = (events: readonly FactUpdated[]): string[] => events.map(({ event_id }) => event_id)

describe('a relay', () => {
  test('brings what waits to the log and the bus, in order of version, and takes it out of its row', async () => {
    const first = await saveEvents('a', 1, 2, 3)
    const second = await saveEvents('b', 1)
    await newRelay().flush()
    expect(idsOf(published.filter(({ subject_key }) => subject_key === 'a'))).toEqual(first)
    expect(idsOf(published.filter(({ subject_key }) => subject_key === 'b'))).toEqual(second)
    expect((await logged()).sort()).toEqual([...first, ...second].sort())
    expect(await facts.unrelayed(10)).toEqual([])
  })

  test('goes through its steps in the order that lets a crash repeat one but never skip one', async () => {
    const steps: string[] = []
    await saveEvents('a', 1)
    await newRelay({
      complete: async (entry, slim) => {
        steps.push('complete')
        return complete(entry, slim)
      },
      failPoints: { reach: (name) => void steps.push(name) },
      log: { append: async () => void steps.push('log') },
      markCache: async ({ revision }) => void steps.push(`mark ${revision}`),
      publisher: {
        publish: async () => {
          steps.push('publish')
          return allPublished
        },
      },
      outbox: {
        unrelayed: (limit) => facts.unrelayed(limit),
        pull: async (...args) => {
          steps.push('pull')
          await facts.pull(...args)
        },
      },
    }).flush()
    expect(steps).toEqual(['complete', 'before-relay', 'log', 'mark 1', 'publish', 'before-pull', 'pull'])
  })

  test('takes many subjects and many events of each', async () => {
    const versions = Array.from({ length: 130 }, (_, position) => position + 1)
    const many = await saveEvents('many', ...versions)
    for (let subject = 0; subject < 150; subject++) await saveEvents(`s-${subject}`, 1)
    await newRelay().flush()
    expect(published).toHaveLength(280)
    expect(idsOf(published.filter(({ subject_key }) => subject_key === 'many'))).toEqual(many)
    expect(await facts.backlog()).toEqual({ events: 0 })
  })

  test('a wake while it is at work is not lost', async () => {
    const [atWork, goOn] = [latch(), latch()]
    await saveEvents('a', 1)
    const relay = newRelay({
      publisher: {
        async publish(events) {
          atWork.open()
          await goOn.opened
          return await take(events)
        },
      },
    })
    relay.wake(saved('a'))
    await atWork.opened
    await saveEvents('b', 1)
    relay.wake(saved('b'))
    goOn.open()
    await relay.idle()
    expect(published.map(({ subject_key }) => subject_key)).toEqual(['a', 'b'])
  })

  test('leaves what another process saved to that one, and does not even read it', async () => {
    const own = await saveEvents('own', ...Array.from({ length: 120 }, (_, position) => position + 1))
    await saveEvents('of another', 1)
    const relay = newRelay()
    relay.wake(saved('own'))
    await relay.idle()
    expect(idsOf(published)).toEqual(own)
    expect(await facts.backlog()).toMatchObject({ events: 1 })
  })

  test('keeps what it saved for its next try when it fails', async () => {
    await saveEvents('a', 1)
    let isBroken = true
    const relay = newRelay({
      publisher: {
        async publish(events) {
          if (isBroken) throw new Error('no broker')
          return await take(events)
        },
      },
    })
    relay.wake(saved('a'))
    await relay.idle()
    isBroken = false
    time.pass(100)
    await relay.idle()
    expect(published).toHaveLength(1)
  })

  test('leaves the events of a fold that saved meanwhile in the row', async () => {
    const [old] = await saveEvents('a', 1)
    const later = slimEvent(2)
    await newRelay({
      publisher: {
        async publish(events) {
          const row = await facts.find(acme, 'a')
          if (row?.version === 1) await facts.save(nextRow(row, { version: 2, events: [...row.events, later] }))
          return await take(events)
        },
      },
    }).flush()
    expect(idsOf(published)).toEqual([old, later.id])
    expect(await facts.unrelayed(10)).toEqual([])
  })
})

describe('when the bus does not take them', () => {
  test('events wait in their row, and are tried again later and later', async () => {
    const [id] = await saveEvents('a', 1)
    let attempts = 0
    let isUp = false
    const relay = newRelay({
      publisher: {
        async publish(events) {
          attempts += 1
          if (!isUp) throw new Error('no broker')
          return await take(events)
        },
      },
    })
    await relay.flush()
    expect((await facts.unrelayed(10))[0]?.events.map((event) => event.id)).toEqual([id])
    expect(warnings).toHaveLength(1)
    for (let failures = 2; failures <= 8; failures++) {
      time.pass(100 * 2 ** (failures - 2))
      await relay.idle()
      expect(attempts).toBe(failures)
    }
    isUp = true
    time.pass(30_000)
    await relay.idle()
    expect(idsOf(published)).toEqual([id])
    expect(await logged()).toEqual([id])
    expect(await facts.unrelayed(10)).toEqual([])
  })

  test('a wake does not hurry it, a flush does', async () => {
    await saveEvents('a', 1)
    let attempts = 0
    const relay = newRelay({
      publisher: {
        async publish() {
          attempts += 1
          throw new Error('no broker')
        },
      },
    })
    await relay.flush()
    relay.wake()
    await relay.idle()
    expect(attempts).toBe(1)
    await relay.flush()
    expect(attempts).toBe(2)
  })

  test.each(['log', 'markCache', 'pull'] as const)(
    'the same when %s fails: published again rather than never',
    async (step) => {
      const [id] = await saveEvents('a', 1)
      let isBroken = true
      const reach = (name: typeof step): void => {
        if (isBroken && name === step) throw new Error('broken')
      }
      const relay = newRelay({
        log: {
          append: async (events) => {
            reach('log')
            await log.append(events)
          },
        },
        markCache: async () => reach('markCache'),
        outbox: {
          unrelayed: (limit) => facts.unrelayed(limit),
          pull: async (...args) => {
            reach('pull')
            await facts.pull(...args)
          },
        },
      })
      await relay.flush()
      expect((await facts.backlog()).events).toBe(1)
      isBroken = false
      await relay.flush()
      expect(new Set(idsOf(published))).toEqual(new Set([id]))
      expect(await logged()).toEqual([id])
      expect(await facts.backlog()).toEqual({ events: 0 })
    },
  )
})

describe('when the bus refuses an event', () => {
  function refusing(isRefused: (event: FactUpdated) => boolean): Pick<OutboxRelayDeps, 'publisher'> {
    const publish = async (events: readonly FactUpdated[]): Promise<PublishOutcome> => {
      const waiting = events.filter(isRefused)
      await take(events.filter((event) => !waiting.includes(event)))
      return { waiting, dead: [] }
    }
    return { publisher: { publish } }
  }

  test('what got through leaves its row, the rest waits for its next try, and other subjects go on', async () => {
    const [first, second, third] = await saveEvents('a', 1, 2, 3)
    const other = await saveEvents('b', 1)
    let isRefusing = true
    const relay = newRelay(refusing(({ event_id }) => isRefusing && (event_id === second || event_id === third)))
    await relay.flush()
    expect(idsOf(published)).toEqual([first, ...other])
    expect((await facts.unrelayed(10)).flatMap(({ events }) => events.map(({ id }) => id))).toEqual([second, third])
    const later = await saveEvents('c', 1)
    relay.wake(saved('c'))
    await relay.idle()
    expect(idsOf(published)).toEqual([first, ...other, ...later])
    isRefusing = false
    time.pass(100)
    await relay.idle()
    expect(idsOf(published)).toEqual([first, ...other, ...later, second, third])
    expect(await facts.backlog()).toEqual({ events: 0 })
  })

  test('its subject is tried later and later, and from the beginning once it got through', async () => {
    await saveEvents('a', 1)
    let attempts = 0
    const relay = newRelay(
      refusing(() => {
        attempts += 1
        return attempts < 6
      }),
    )
    await relay.flush()
    for (let tries = 2; tries <= 6; tries++) {
      time.pass(50 * 2 ** (tries - 2) - 1)
      await relay.idle()
      expect(attempts).toBe(tries - 1)
      time.pass(100 * 2 ** (tries - 2))
      await relay.idle()
      expect(attempts).toBe(tries)
    }
    attempts = 0
    const row = await facts.find(acme, 'a')
    await facts.save(nextRow(row!, { version: 2, events: [slimEvent(2)] }))
    await relay.flush()
    time.pass(100)
    await relay.idle()
    expect(attempts).toBe(2)
  })
})

describe('when an event cannot be completed', () => {
  test('its subject waits and holds up nobody, even if such subjects would fill a whole look', async () => {
    for (let subject = 0; subject < 80; subject++) await saveEvents(`broken-${subject}`, 1)
    const good = await saveEvents('good', 2)
    let isBroken = true
    const relay = newRelay({
      complete: async (entry, slim) => {
        if (isBroken && entry.subjectKey.startsWith('broken')) throw new Error('no body')
        return complete(entry, slim)
      },
    })
    await relay.flush()
    expect(idsOf(published)).toEqual(good)
    expect((await facts.backlog()).events).toBe(80)
    isBroken = false
    time.pass(30_000)
    await relay.idle()
    expect(published).toHaveLength(81)
  })

  test('and another replica completes it, nothing is left to wait for but the regular look', async () => {
    await saveEvents('a', 1)
    let attempts = 0
    const relay = newRelay({
      complete: async () => {
        attempts += 1
        throw new Error('no body here')
      },
    })
    await relay.flush()
    await newRelay().flush()
    time.pass(1_000)
    await relay.idle()
    expect(attempts).toBe(1)
    time.pass(lookEveryMs - 1_001)
    await relay.idle()
    expect(time.waiting).toBe(2)
  })
})

describe('looking unasked', () => {
  test('finds what another process saved and did not live to relay', async () => {
    const relay = newRelay()
    await relay.flush()
    const [id] = await saveEvents('a', 1)
    time.pass(lookEveryMs)
    await relay.idle()
    // It may live, and be at it.
    expect(published).toEqual([])
    time.pass(lookEveryMs)
    await relay.idle()
    expect(idsOf(published)).toEqual([id])
  })

  test('ends with the relay, which lets its pass end and begins no more', async () => {
    const [atWork, goOn] = [latch(), latch()]
    await saveEvents('a', 1)
    const relay = newRelay({
      publisher: {
        async publish(events) {
          atWork.open()
          await goOn.opened
          return await take(events)
        },
      },
    })
    relay.wake(saved('a'))
    await atWork.opened
    const closing = relay.close()
    await saveEvents('b', 1)
    relay.wake(saved('b'))
    goOn.open()
    await closing
    await relay.flush()
    expect(published.map(({ subject_key }) => subject_key)).toEqual(['a'])
    expect((await facts.unrelayed(10)).map(({ subjectKey }) => subjectKey)).toEqual(['b'])
    expect(time.waiting).toBe(0)
  })
})

test('two replicas relay at once: the log has each event once and in order, the bus each at least once', async () => {
  const otherFacts = new SqliteFactRepository(stores.other)
  const other = newRelay({ outbox: otherFacts, log: new SqliteEventLog(stores.other) })
  const one = newRelay()
  const made: string[] = []
  await facts.save(someFactRow({ subjectKey: 'a', events: [] }))
  while (made.length < 60) {
    const row = await facts.find(acme, 'a')
    if (!row) throw new Error('the row is gone')
    const event = slimEvent(row.version + 1)
    const next = nextRow(row, { version: row.version + 1, events: [...row.events, event] })
    if ((await facts.save(next)) === 'saved') made.push(event.id)
    one.wake(saved('a'))
    other.wake(saved('a'))
  }
  await Promise.all([one.flush(), other.flush()])
  await Promise.all([one.flush(), other.flush()])
  expect(await logged()).toEqual(made)
  // What a consumer sees that ignores repeated ids.
  expect([...new Set(idsOf(published))]).toEqual(made)
  expect(await facts.backlog()).toEqual({ events: 0 })
})
