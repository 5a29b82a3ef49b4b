import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOfLines } from '../../../src/callgraphs/canonical-lines.ts'

const asItIs = (line: string) => line

function textOf(lines: Iterable<string>): string {
  return Buffer.concat([...bytesOfLines(lines, asItIs)]).toString('utf8')
}

test('the bytes of lines are the lines, each with its line feed, wherever a piece ends', () => {
  // Around 64 KiB a piece is full: what is left over is a line, none, or many.
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.integer({ min: 65_530, max: 65_540 }).map((length) => 'x'.repeat(length)),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      expect(textOf(lines) === lines.map((text) => `${text}\n`).join('')).toBe(true)
    }),
    { numRuns: 200, examples: [[['x'.repeat(65_536), 'last']], [['x'.repeat(65_535), 'y', 'last']], [['only']]] },
  )
})

test('pieces are worth a write each, and nothing is written of nothing', () => {
  expect([...bytesOfLines([], asItIs)]).toEqual([])
  const pieces = [
    ...bytesOfLines(
      Array.from({ length: 10_000 }, () => 'x'.repeat(100)),
      asItIs,
    ),
  ]
  expect(pieces).toHaveLength(16)
  expect(textOf(['é'])).toBe('é\n')
})
