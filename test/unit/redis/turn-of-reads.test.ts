import { expect, test } from 'vitest'
import { RedisFailure } from '../../../src/redis/redis-failure.ts'
import { TurnOfReads } from '../../../src/redis/turn-of-reads.ts'

const members = ['bytes', 'version']

test('what is read in one turn is one message, and each gets its own answer', async () => {
  const messages: (readonly string[])[] = []
  const reads = new TurnOfReads(
    {
      readHashes: async (keys) => {
        messages.push(keys)
        return keys.map((key) => [Buffer.from(key), null])
      },
    },
    members,
  )
  const answers = await Promise.all([reads.read('a'), reads.read('b'), reads.read('a')])
  expect(answers.map(([bytes]) => String(bytes))).toEqual(['a', 'b', 'a'])
  await reads.read('c')
  expect(messages).toEqual([['a', 'b', 'a'], ['c']])
})

test('what the server refuses one reader is no business of the others', async () => {
  const refused = new RedisFailure('refused', 'WRONGTYPE')
  const reads = new TurnOfReads({ readHashes: async (keys) => keys.map((key) => (key === 'b' ? refused : [null])) }, [
    'bytes',
  ])
  const answers = await Promise.allSettled(['a', 'b', 'c'].map((key) => reads.read(key)))
  expect(answers).toEqual([
    { status: 'fulfilled', value: [null] },
    { status: 'rejected', reason: refused },
    { status: 'fulfilled', value: [null] },
  ])
})

test('a message that has no answer fails all that were in it, and none that comes after it', async () => {
  const unreachable = new RedisFailure('unreachable', 'not connected')
  let isUp = false
  const reads = new TurnOfReads(
    {
      readHashes: async (keys) => {
        if (!isUp) throw unreachable
        return keys.map(() => [null, null])
      },
    },
    members,
  )
  const answers = await Promise.allSettled([reads.read('a'), reads.read('b')])
  expect(answers.map((answer) => answer.status === 'rejected' && answer.reason)).toEqual([unreachable, unreachable])
  isUp = true
  expect(await reads.read('a')).toEqual([null, null])
})

test('a turn does not wait for the answer to the one before it', async () => {
  const first = Promise.withResolvers<void>()
  const reads = new TurnOfReads(
    {
      readHashes: async (keys) => {
        if (keys.includes('slow')) await first.promise
        return keys.map(() => [null])
      },
    },
    ['bytes'],
  )
  const slow = reads.read('slow')
  await new Promise((resolve) => setImmediate(resolve))
  expect(await reads.read('quick')).toEqual([null])
  first.resolve()
  expect(await slow).toEqual([null])
})
