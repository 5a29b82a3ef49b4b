import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Line, splitLines } from '../../../src/lib/line-splitter.ts'

async function* from(...chunks: (string | Buffer)[]) {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

async function linesOf(chunks: AsyncIterable<Buffer>, maxLineBytes = 1024): Promise<Line[]> {
  const lines: Line[] = []
  for await (const batch of splitLines(chunks, { maxLineBytes })) lines.push(...batch)
  return lines
}

const texts = (lines: Line[]) => lines.map(({ bytes }) => bytes.toString())

test('LF and CRLF end a line, the last line needs neither, and empty lines count but are not told', async () => {
  const lines = await linesOf(from('a\r\nb\n\nc'))
  expect(texts(lines)).toEqual(['a', 'b', 'c'])
  expect(lines.map(({ line }) => line)).toEqual([1, 2, 4])
  expect(lines.map(({ byteOffset }) => byteOffset)).toEqual([0, 3, 6])
})

test('an input of nothing but empty lines has no lines, however many they are', async () => {
  expect(await linesOf(from('\n'.repeat(3), '\n', '\n\n'))).toEqual([])
  const [last] = await linesOf(from('\n'.repeat(7), '\n\nx'))
  expect(last).toMatchObject({ line: 10, byteOffset: 9 })
})

test('a CR inside a line or before the end of the input is content', async () => {
  expect(texts(await linesOf(from('a\rb\nc\r')))).toEqual(['a\rb', 'c\r'])
})

test('a leading byte order mark is skipped, even in pieces, and only the leading one', async () => {
  const lines = await linesOf(from(Buffer.from([0xef]), Buffer.from([0xbb, 0xbf, 0x61, 0x0a]), '\uFEFFb'))
  expect(texts(lines)).toEqual(['a', '\uFEFFb'])
  expect(lines.map(({ byteOffset }) => byteOffset)).toEqual([3, 5])
})

test('an empty input, or a lone byte order mark, has no lines', async () => {
  expect(await linesOf(from())).toEqual([])
  expect(await linesOf(from('\uFEFF'))).toEqual([])
})

test('a line that is too long is cut and marked, and its neighbours stay whole', async () => {
  const lines = await linesOf(from('ok\n', 'x'.repeat(9), 'y'.repeat(9), '\nlast'), 4)
  expect(texts(lines)).toEqual(['ok', 'xxxx', 'last'])
  expect(lines.map(({ isTooLong }) => isTooLong)).toEqual([false, true, false])
  expect(lines.map(({ byteOffset }) => byteOffset)).toEqual([0, 3, 22])
})

test('a line of exactly the longest length is no longer than it, with CRLF too and across chunks', async () => {
  const lines = await linesOf(from('abcd\r\nab', 'cd\r', '\nabcde\n'), 4)
  expect(lines.map(({ isTooLong }) => isTooLong)).toEqual([false, false, true])
  expect(texts(lines)).toEqual(['abcd', 'abcd', 'abcd'])
})

test('where the chunks are cut changes nothing', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r', '\r\n', '\uFEFF', '😀'), maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.nat(120), { maxLength: 8 }),
      fc.integer({ min: 1, max: 12 }),
      async (input, cuts, max) => {
        const bytes = Buffer.from(input)
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
        const pieces = places.slice(1).map((end, position) => bytes.subarray(places[position], end))
        expect(await linesOf(from(...pieces), max)).toEqual(await linesOf(from(bytes), max))
      },
    ),
    { numRuns: 300 },
  )
})
