import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/lib/canonical-json.ts'
import { isInCanonicalOrder } from '../../src/lib/canonical-order.ts'

/** Names that sort differently as numbers, in other encodings, or with their escapes. */
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('', '9', '10', 'a', 'B', 'aa', '__proto__', 'toJSON', '\u{1f600}', '\ufb33', '"', '\\', '\\ud800'),
)
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(
    null,
    undefined,
    '\\ud83d',
    '\ud800',
    '\udc00',
    'x\ud800y',
    -0,
    1e21,
    1e-7,
    new Date(0),
    Object('boxed'),
  ),
)
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

test('the canonical text is that of the reference implementation, whatever order members come in', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(textOrRefusal(canonicalJson, value)).toEqual(textOrRefusal(canonicalize, value))
    }),
    { numRuns: 20_000 },
  )
})

test('what was read from canonical JSON is in its order, and written again as it was', () => {
  let quick = 0
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      const read: unknown = JSON.parse(text)
      quick += Number(isInCanonicalOrder(read))
      expect(canonicalJson(read)).toBe(text)
    }),
    { numRuns: 1_000 },
  )
  expect(quick).toBeGreaterThan(900)
})

test('a value that contains itself is refused', () => {
  const ring: Record<string, unknown> = {}
  ring['ring'] = ring
  expect(() => canonicalJson(ring)).toThrow('Circular')
})

function textOrRefusal(write: (value: unknown) => string | undefined, value: unknown): string {
  try {
    return write(value) ?? 'refused'
  } catch {
    return 'refused'
  }
}
