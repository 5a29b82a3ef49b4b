import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeadLetterTeller } from '../../../src/events/dead-letter-teller.ts'
import type { DeadLetter } from '../../../src/events/dead-letters.ts'
import { SqliteDeadLetters } from '../../../src/events/sqlite-dead-letters.ts'
import { someDeadLetter } from '../../contract/dead-letters.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { at } from '../../support/store-values.ts'
import { openTwoReplicas, type TwoReplicas } from '../../support/temporary-sqlite.ts'

let stores: TwoReplicas
let letters: SqliteDeadLetters
let time: ManualTime
let told: DeadLetter[]
let warnings: unknown[]
let isUp: boolean
let teller: DeadLetterTeller

beforeEach(async () => {
  stores = await openTwoReplicas()
  letters = new SqliteDeadLetters(stores.one)
  time = new ManualTime()
  told = []
  warnings = []
  isUp = true
  teller = new DeadLetterTeller({
    deadLetters: letters,
    tell: async (letter) => {
      if (!isUp) throw new Error('no broker')
      told.push(letter)
    },
    logger: { warn: () => void warnings.push('told') },
    timer: time.timer,
  })
})
afterEach(async () => {
  await teller.close()
  expect(time.waiting).toBe(0)
  await stores.close()
})

async function addLetters(count: number): Promise<DeadLetter[]> {
  const added = Array.from({ length: count }, (_, position) => someDeadLetter({}, { deadAt: at(position) }))
  for (const letter of added) await letters.add(letter)
  return added
}

test('tells all there are, in order, each once', async () => {
  const added = await addLetters(120)
  teller.wake()
  teller.wake()
  await teller.idle()
  expect(told).toEqual(added)
  teller.wake()
  await teller.idle()
  expect(told).toHaveLength(120)
})

test('while it cannot be told it tries again, later and later, and then nothing is missing', async () => {
  const added = await addLetters(3)
  isUp = false
  teller.wake()
  await teller.idle()
  expect(warnings).toHaveLength(1)
  for (const [waitMs, tries] of [
    [1_000, 2],
    [2_000, 3],
    [4_000, 4],
  ] as const) {
    time.pass(waitMs)
    await teller.idle()
    expect(warnings).toHaveLength(tries)
  }
  isUp = true
  time.pass(60_000)
  await teller.idle()
  expect(told).toEqual(added)
})

test('a wake does not wait for the next try', async () => {
  await addLetters(1)
  isUp = false
  teller.wake()
  await teller.idle()
  isUp = true
  teller.wake()
  await teller.idle()
  expect(told).toHaveLength(1)
})
