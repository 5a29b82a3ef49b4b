import { beforeEach, expect, test } from 'vitest'
import type { DeadLetter } from '../../../src/events/dead-letters.ts'
import { EventError } from '../../../src/events/event-errors.ts'
import type { FactUpdated } from '../../../src/events/fact-updated.ts'
import { RedisEventPublisher } from '../../../src/events/redis-event-publisher.ts'
import { latch } from '../../support/latch.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { factUpdated } from '../../support/store-values.ts'

const giveUpAfterMs = 300_000

let time: ManualTime
let added: FactUpdated[]
let letters: DeadLetter[]
let told: DeadLetter[]
let onAdd: (event: FactUpdated) => Promise<void>
let onBury: () => Promise<void>
let publisher: RedisEventPublisher

beforeEach(() => {
  time = new ManualTime()
  added = []
  letters = []
  told = []
  onAdd = async () => undefined
  onBury = async () => undefined
  publisher = new RedisEventPublisher({
    stream: {
      async add(event) {
        await onAdd(event)
        added.push(event)
      },
    },
    deadLetters: {
      async add(letter) {
        await onBury()
        letters.push(letter)
      },
    },
    onDead: (letter) => void told.push(letter),
    clock: time.clock,
    giveUpAfterMs,
  })
})

const versions = (events: readonly FactUpdated[]): number[] => events.map(({ fact_version }) => fact_version)

function run(subject: string, ...numbers: number[]): FactUpdated[] {
  const emitted_at = new Date(time.clock()).toISOString()
  return numbers.map((fact_version) => factUpdated({ subject_key: subject, fact_version, emitted_at }))
}

const refuse = (): Promise<void> => Promise.reject(new EventError('EVENT_REFUSED', 'OOM'))
const unreachable = (): Promise<void> => Promise.reject(new EventError('EVENT_BUS_UNAVAILABLE', 'ECONNREFUSED'))

test('of one subject, an event is sent only when the one before it is there', async () => {
  const firstGoesOn = latch()
  onAdd = ({ fact_version }) => (fact_version === 1 ? firstGoesOn.opened : Promise.resolve())
  const [a, b] = [run('a', 1, 2, 3), run('b', 7, 8)]
  const publishing = publisher.publish([a[0]!, b[0]!, a[1]!, b[1]!, a[2]!])
  await new Promise(setImmediate)
  expect(versions(added)).toEqual([7, 8])
  firstGoesOn.open()
  expect(await publishing).toEqual({ waiting: [], dead: [] })
  expect(versions(added)).toEqual([7, 8, 1, 2, 3])
})

test('what is refused waits, with all behind it of its subject; other subjects go on', async () => {
  onAdd = ({ fact_version }) => (fact_version === 2 ? refuse() : Promise.resolve())
  const [a, b] = [run('a', 1, 2, 3), run('b', 7)]
  expect(await publisher.publish([...a, ...b])).toEqual({ waiting: a.slice(1), dead: [] })
  expect(versions(added).sort((one, other) => one - other)).toEqual([1, 7])
  expect(letters).toEqual([])
})

test('what is refused for too long becomes a dead letter, in order, with reason and attempts, and what follows goes on', async () => {
  const events = run('a', 1, 2, 3)
  const firstFailedAt = new Date(time.clock()).toISOString()
  onAdd = ({ fact_version }) => (fact_version < 3 ? refuse() : Promise.resolve())
  await publisher.publish(events)
  time.pass(giveUpAfterMs / 2)
  await publisher.publish(events)
  time.pass(giveUpAfterMs / 2)
  expect(await publisher.publish(events)).toEqual({ waiting: [], dead: events.slice(0, 2) })
  const deadAt = new Date(time.clock()).toISOString()
  expect(letters).toEqual([
    { event: events[0], reason: 'OOM', attempts: 3, firstFailedAt, deadAt },
    { event: events[1], reason: 'OOM', attempts: 1, firstFailedAt: deadAt, deadAt },
  ])
  expect(told).toEqual(letters)
  expect(versions(added)).toEqual([3])
})

test('a bus that cannot be reached costs no attempts, however long it is away', async () => {
  const events = run('a', 1)
  onAdd = unreachable
  for (let tries = 0; tries < 5; tries += 1) {
    await expect(publisher.publish(events)).rejects.toMatchObject({ code: 'EVENT_BUS_UNAVAILABLE' })
    time.pass(giveUpAfterMs)
  }
  onAdd = refuse
  expect(await publisher.publish(events)).toEqual({ waiting: events, dead: [] })
  expect(letters).toEqual([])
})

test('a store that cannot take the letter keeps the event waiting', async () => {
  const events = run('a', 1, 2)
  onAdd = refuse
  await publisher.publish(events)
  time.pass(giveUpAfterMs)
  onBury = () => Promise.reject(new Error('store is down'))
  await expect(publisher.publish(events)).rejects.toThrow('store is down')
  expect(told).toEqual([])
  onBury = async () => undefined
  expect(await publisher.publish(events)).toEqual({ waiting: [], dead: events })
})

test('a failure is told only when nothing is being published any more', async () => {
  const goOn = latch()
  onAdd = ({ subject_key }) => (subject_key === 'a' ? unreachable() : goOn.opened)
  let isOver = false
  const publishing = publisher
    .publish([...run('a', 1), ...run('b', 1)])
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true
    })
  await new Promise(setImmediate)
  expect(isOver).toBe(false)
  goOn.open()
  expect(await publishing).toMatchObject({ code: 'EVENT_BUS_UNAVAILABLE' })
  expect(added).toHaveLength(1)
})
