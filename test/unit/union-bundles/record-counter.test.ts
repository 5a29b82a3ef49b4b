import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordCounter } from '../../../src/union-bundles/record-counter.ts'

function countsOf(chunks: readonly string[]) {
  const counter = new RecordCounter()
  for (const chunk of chunks) counter.push(Buffer.from(chunk))
  return counter.counts()
}

test.each([
  ['', 0, 0, true],
  ['a', 1, 1, false],
  ['a\n', 1, 1, true],
  ['a\nb', 2, 2, false],
  ['\n\n', 2, 0, true],
  [' \t\r\na\r\n', 2, 1, true],
  ['a\n  ', 2, 1, false],
])('%j has %i lines and %i records', (text, lines, records, endsWithLineFeed) => {
  expect(countsOf([text])).toEqual({ lines, records, endsWithLineFeed })
})

test('however a text is cut, it has the same lines and records', () => {
  const piece = fc.stringMatching(/^[ a\n\r\t]{0,6}$/)
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(countsOf(pieces)).toEqual(countsOf([pieces.join('')]))
    }),
  )
})
