import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DeadLetter, DeadLetters } from '../../src/events/dead-letters.ts'
import type { FactUpdated } from '../../src/events/fact-updated.ts'
import { acme, at, factUpdated, globex } from '../support/store-values.ts'

export interface OpenDeadLetters {
  readonly letters: DeadLetters
  /** What another replica has open on the same store. */
  readonly replica: DeadLetters
  readonly close: () => Promise<void>
}

export function someDeadLetter(event: Partial<FactUpdated> = {}, changed: Partial<DeadLetter> = {}): DeadLetter {
  return {
    event: factUpdated(event),
    reason: 'OOM command not allowed',
    attempts: 12,
    firstFailedAt: at(0),
    deadAt: at(10),
    ...changed,
  }
}

/** What every keeper of dead letters keeps. `open` gives an empty one of its own to each test. */
export function keepsDeadLettersContract(name: string, open: () => Promise<OpenDeadLetters>): void {
  describe(`${name} keeps the contract of dead letters`, () => {
    let opened: OpenDeadLetters
    let letters: DeadLetters
    beforeEach(async () => {
      opened = await open()
      letters = opened.letters
    })
    afterEach(() => opened.close())

    const idOf = ({ event }: DeadLetter): string => event.event_id

    test('gives a letter back as it was, here and in another replica', async () => {
      const letter = someDeadLetter({
        subject_key: 'a$b.c\u2028"',
        summary: { ...factUpdated().summary, targets: ['ü', '\u{1F600}'] },
      })
      await letters.add(letter)
      expect(await letters.find(acme, idOf(letter))).toEqual(letter)
      expect(await opened.replica.find(acme, idOf(letter))).toEqual(letter)
      expect((await opened.replica.page(acme, undefined, 10)).items).toEqual([letter])
    })

    test('keeps a letter of a large event whole', async () => {
      const targets = Array.from({ length: 100 }, (_, position) => `${position}`.padEnd(4_096, 'ß'))
      const letter = someDeadLetter({ summary: { ...factUpdated().summary, targets } })
      await letters.add(letter)
      expect(await letters.find(acme, idOf(letter))).toEqual(letter)
    })

    test('of an event that is given up twice, the first letter stays', async () => {
      const letter = someDeadLetter()
      await letters.add(letter)
      await letters.markTold(acme, idOf(letter))
      await Promise.all([letters.add({ ...letter, attempts: 99, deadAt: at(20) }), opened.replica.add(letter)])
      expect((await letters.page(acme, undefined, 10)).items).toEqual([letter])
      expect(await letters.untold(10)).toEqual([])
      expect(await letters.count()).toBe(1)
    })

    test('lists in order of time, then of version, and a cursor goes on behind the last', async () => {
      const inOrder = [
        someDeadLetter({ fact_version: 9 }, { deadAt: at(1) }),
        someDeadLetter({ fact_version: 2 }, { deadAt: at(5) }),
        someDeadLetter({ fact_version: 10 }, { deadAt: at(5) }),
        someDeadLetter({ fact_version: 1 }, { deadAt: at(7) }),
      ]
      for (const position of [2, 0, 3, 1]) await letters.add(inOrder[position]!)
      const first = await letters.page(acme, undefined, 3)
      expect(first.items).toEqual(inOrder.slice(0, 3))
      const second = await letters.page(acme, first.nextCursor, 3)
      expect(second.items).toEqual(inOrder.slice(3))
      expect(await letters.page(acme, second.nextCursor, 3)).toEqual({ items: [] })
      expect(await letters.untold(3)).toEqual(inOrder.slice(0, 3))
    })

    test('a cursor holds when its letter is gone', async () => {
      const [first, second] = [someDeadLetter({}, { deadAt: at(1) }), someDeadLetter({}, { deadAt: at(2) })]
      await letters.add(first)
      await letters.add(second)
      const { nextCursor } = await letters.page(acme, undefined, 1)
      await letters.remove(acme, idOf(first))
      expect((await letters.page(acme, nextCursor, 10)).items).toEqual([second])
    })

    test.each(['nobody', '', 'b3BlbiBzZXNhbWU', 'a'.repeat(4_000), '../..', '\0'])(
      'a cursor that this list did not give is refused: %j',
      async (cursor) => {
        await expect(letters.page(acme, cursor, 10)).rejects.toMatchObject({ code: 'QUERY_INVALID' })
      },
    )

    test('a letter is removed once, by whoever is first', async () => {
      const letter = someDeadLetter()
      await letters.add(letter)
      const removed = await Promise.all([letters.remove(acme, idOf(letter)), opened.replica.remove(acme, idOf(letter))])
      expect(removed.filter(Boolean)).toHaveLength(1)
      expect(await letters.find(acme, idOf(letter))).toBeUndefined()
      expect(await letters.remove(acme, idOf(letter))).toBe(false)
      expect(await letters.count()).toBe(0)
    })

    test('what the stream was told of is not told again, and one that is gone is no error', async () => {
      const [first, second] = [
        someDeadLetter({}, { deadAt: at(1) }),
        someDeadLetter({ tenant: globex }, { deadAt: at(2) }),
      ]
      await letters.add(first)
      await letters.add(second)
      expect((await opened.replica.untold(10)).map(idOf)).toEqual([idOf(first), idOf(second)])
      await letters.markTold(acme, idOf(first))
      await letters.markTold(acme, 'gone')
      expect((await opened.replica.untold(10)).map(idOf)).toEqual([idOf(second)])
      expect((await letters.page(acme, undefined, 10)).items).toEqual([first])
    })

    test('no tenant finds, lists or removes another’s; the count is of all', async () => {
      const letter = someDeadLetter()
      const foreign = { ...letter, event: { ...letter.event, tenant: globex } }
      await letters.add(letter)
      await letters.add(foreign)
      expect(await letters.count()).toBe(2)
      expect((await letters.page(acme, undefined, 10)).items).toEqual([letter])
      expect(await letters.remove(globex, idOf(letter))).toBe(true)
      expect(await letters.find(globex, idOf(letter))).toBeUndefined()
      expect(await letters.find(acme, idOf(letter))).toEqual(letter)
    })
  })
}
