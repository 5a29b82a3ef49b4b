import { expect, test } from 'vitest'
import { partOfContent } from '../../../src/cas/part-of-content.ts'

async function* contentOf(...pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece)
}

test.each([
  [0, 0, 'c'],
  [2, 4, 'nte'],
  [0, 6, 'content'],
  [6, 6, 't'],
])('bytes %i to %i, however the content comes in pieces', async (start, end, expected) => {
  for (const pieces of [['content'], ['con', 'tent'], ['c', 'o', 'n', 't', 'e', 'n', 't']]) {
    const part = await Array.fromAsync(partOfContent(contentOf(...pieces), { start, end }))
    expect(Buffer.concat(part).toString()).toBe(expected)
  }
})

test('the last piece comes only when the content has come to a good end', async () => {
  async function* corrupt(): AsyncGenerator<Buffer> {
    yield* contentOf('con', 'ten')
    throw new Error('corrupt')
  }
  const given: string[] = []
  const reading = (async () => {
    for await (const piece of partOfContent(corrupt(), { start: 1, end: 4 })) given.push(piece.toString())
  })()
  await expect(reading).rejects.toThrow('corrupt')
  expect(given).toEqual(['on'])
})
