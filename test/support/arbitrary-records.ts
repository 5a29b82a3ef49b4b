import fc from 'fast-check'
import type { PlainMember } from '../../src/callgraphs/formats/plain-object.ts'

/** Members under one spelling each, so that what is read can be compared with what stands there. */
export const recordMembers: readonly PlainMember[] = [
  { spellings: ['from'], is: 'text' },
  { spellings: ['to'], is: 'text' },
  { spellings: ['id'], is: 'text' },
  { spellings: ['kind'], is: 'text' },
  { spellings: ['type'], is: 'text' },
  { spellings: ['name'], is: 'text' },
  { spellings: ['reason'], is: 'text' },
  { spellings: ['confidence'], is: 'number' },
  { spellings: ['line'], is: 'number' },
  { spellings: ['isResolved'], is: 'flag' },
]

const blank = fc.constantFrom('', '', '', '', ' ', '\n', '\r\n\t', '  ')
const text = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('"a"', '"b"', '"com.acme.Cart:total(int)"', '"static"', '"call"', '"a b"', '"~"'),
  },
  fc.constantFrom(
    '""',
    '" a"',
    '"a "',
    '"\\u0061"',
    '"\\n"',
    '"\u00e9"',
    '"e\u0301"',
    '"\u{1f600}"',
    '"\\ud800"',
    '"a\x01"',
    '"\x7f"',
  ),
  fc.constantFrom(
    '"sym:java:x"',
    '"heuristic"',
    '"Static"',
    '"import"',
    `"${'x'.repeat(4096)}"`,
    `"${'x'.repeat(4097)}"`,
  ),
)
const number = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('1', '0', '0.5', '0.25', '12', '3.0') },
  fc.constantFrom(
    '-1',
    '-0',
    '01',
    '1.',
    '.5',
    '1e2',
    '0.1E-3',
    '1e999',
    '0.1234567890123456789',
    '9007199254740993',
    '1.5x',
  ),
)
const flag = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('true', 'false') },
  fc.constantFrom('null', 'TRUE', 'tru', 'falsey'),
)

const words = new Map([
  ['kind', fc.oneof({ weight: 20, arbitrary: fc.constantFrom('"static"', '"heuristic"') }, text)],
  ['type', fc.oneof({ weight: 20, arbitrary: fc.constantFrom('"call"', '"import"', '"inherit"') }, text)],
])

/** What nobody writes by hand, and everybody may post. */
const oddValue = fc.oneof(text, number, flag, fc.constantFrom('[]', '["a"]', '{}', '{"a":1}', '[[[[]]]]', 'nul', ''))
const oddName = fc.constantFrom(
  '"from"',
  '"source"',
  '"callee"',
  '"fr\\u006fm"',
  '"x"',
  '"__proto__"',
  '"symbolId"',
  '"evidence"',
  '""',
  'to',
)

function memberWith(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(blank, blank, value, blank)
    .map(([left, right, json, end]) => `"${name}"${left}:${right}${json}${end}`)
}

const wellTyped = fc.constantFrom(...recordMembers.slice(3)).chain(({ spellings: [name = ''], is }) => {
  const known = words.get(name)
  return memberWith(name, known ?? (is === 'text' ? text : is === 'number' ? number : flag))
})
/** The ends of a record are there already. */
function nameOf(member: string): string {
  return /^"(from|to|id)"/.test(member) ? 'an end' : (member.split(':')[0] ?? '')
}

const odd = fc.tuple(oddName, oddValue).map(([name, value]) => `${name}:${value}`)

/** The text of a record as it may stand in a list of nodes or edges: nearly always plain, sometimes anything but. */
export const arbitraryRecord: fc.Arbitrary<string> = fc
  .tuple(
    fc.option(fc.tuple(memberWith('from', text), memberWith('to', text), memberWith('id', text)), { freq: 20 }),
    fc.oneof(
      { weight: 12, arbitrary: fc.uniqueArray(wellTyped, { maxLength: 3, selector: nameOf }) },
      fc.array(fc.oneof(wellTyped, odd), { maxLength: 3 }),
    ),
    fc.constantFrom(',', ', ', ',\n', ',', ',', ',', ',', ' ,', ',,'),
    blank,
  )
  .map(([ends, others, comma, before]) => `{${before}${[...(ends ?? []), ...others].join(comma)}}`)
