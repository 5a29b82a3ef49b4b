import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareOrdinal } from '../../../src/lib/ordinal.ts'
import { ordinalText } from '../../../src/mongo/ordinal-text.ts'

const anyText = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) })

test('as UTF-8, texts stand in the order of their UTF-16 code units', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      const stored = Buffer.compare(Buffer.from(ordinalText(one)), Buffer.from(ordinalText(other)))
      expect(Math.sign(stored)).toBe(compareOrdinal(one, other))
    }),
  )
})

test('what people write stays as it is', () => {
  expect(ordinalText('registry.example/shop@sha256:ab|1.0 é 中')).toBe('registry.example/shop@sha256:ab|1.0 é 中')
})
