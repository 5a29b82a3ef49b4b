import { describe, expect, test } from 'vitest'
import { BodyPace } from '../../../src/http/body-pace.ts'
import { ManualTime } from '../../support/manual-timer.ts'

const limit = { graceMs: 10_000, bytesPerSecond: 100 }

function piece(length: number): IteratorResult<Buffer> {
  return { done: false, value: Buffer.alloc(length) }
}

const time = new ManualTime()

/** A piece that comes after a while; the time of everybody is the same. */
async function pieceAfter(pace: BodyPace, milliseconds: number, length: number): Promise<unknown> {
  const coming = Promise.withResolvers<IteratorResult<Buffer>>()
  const got = pace.next(coming.promise).catch((error: unknown) => error)
  time.pass(milliseconds)
  coming.resolve(piece(length))
  return await got
}

const tooSlow = expect.objectContaining({ code: 'BODY_TOO_SLOW' })

describe('a body', () => {
  test('that brings nothing is waited for as long as the grace, and no longer', async () => {
    expect(await pieceAfter(new BodyPace(limit, time), 9_999, 0)).toEqual(piece(0))
    expect(await pieceAfter(new BodyPace(limit, time), 10_000, 0)).toEqual(tooSlow)
  })

  test('that drips a byte a second is given up once the grace is used up', async () => {
    const pace = new BodyPace(limit, time)
    let pieces = 0
    while (!((await pieceAfter(pace, 1_000, 1)) instanceof Error)) pieces += 1
    expect(pieces).toBe(10)
  })

  test('that keeps the pace is waited for without an end', async () => {
    const pace = new BodyPace(limit, time)
    for (let second = 0; second < 1_000; second += 1) expect(await pieceAfter(pace, 1_000, 100)).toEqual(piece(100))
  })

  test('may pause for as long as what it brought before has earned it', async () => {
    const pace = new BodyPace(limit, time)
    await pieceAfter(pace, 0, 2_000)
    expect(await pieceAfter(pace, 29_999, 1)).toEqual(piece(1))
    expect(await pieceAfter(pace, 11, 1)).toEqual(tooSlow)
  })

  test('pays nothing for the time that its reader takes', async () => {
    const pace = new BodyPace(limit, time)
    for (let round = 0; round < 3; round += 1) {
      await pieceAfter(pace, 3_000, 1)
      time.pass(60_000)
    }
    expect(await pieceAfter(pace, 1_000, 1)).toEqual(piece(1))
  })

  test('leaves no timer behind', async () => {
    await pieceAfter(new BodyPace(limit, time), 1, 1)
    expect(time.waiting).toBe(0)
  })
})
