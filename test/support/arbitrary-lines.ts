import fc from 'fast-check'

/** A text as somebody may write it: plain, or with whatever JSON allows; now and then what it forbids. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"a"', '"main.run"', '"pkg:maven/acme/m1@1.4"', '"b7e2"', '"10.0.0.7:443"') },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => JSON.stringify(value)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('" a"', '"a "', '""', '" "', '"\\u0061"', '"a\\/b"', '"\\u00e9"', '"e\u0301"'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"\\ud83d\\ude00"', '"\\ud83d"', '"a\\u0000"', '"\x7f"', '"a\tb"', '"\u0085"'),
  },
  { weight: 1, arbitrary: fc.constantFrom(4095, 4096, 4097, 5000).map((length) => `"${'x'.repeat(length)}"`) },
)

/** The ways of JSON to write a number, and some that are not. */
const number = fc.constantFrom(
  ...'1 7 1.0 10e-1 1e2 1E+2 0 -0 -1 1.5 1e400 1e7 9007199254740991 9007199254740992'.split(' '),
  ...'9007199254740993.0 100000000000000000000 01 +1 1. .5 NaN'.split(' '),
)

const time = fc.constantFrom(
  '"2026-11-20T12:00:00.000Z"',
  '"2026-11-20T23:59:59.999Z"',
  '"2026-11-20T12:00:00Z"',
  '"2026-11-20t12:00:00z"',
  '"2026-11-20T12:00:00.123456+05:45"',
  '"2026-02-30T12:00:00.000Z"',
  '"2026-11-20T24:00:00.000Z"',
  '"2026-11-20T12:60:00.000Z"',
  '"2026-11-20T12:00:00.000"',
  '"yesterday"',
  '1795000000',
)

const other = fc.constantFrom('null', 'true', '{}', '[]', '["a"]', '{"a":{"b":[1]}}')

const metadata = fc
  .array(
    fc.tuple(
      fc.constantFrom('a', 'b', 'capture.method', '10', '9', 'é', '', '__proto__', 'constructor'),
      fc.oneof(text, other),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`)

const ownValues: ReadonlyMap<string, fc.Arbitrary<string>> = new Map([
  ['hitCount', number],
  ['hit_count', number],
  ['processId', fc.oneof(number, text)],
  ['observedAt', time],
  ['observed_at', time],
  ['metadata', metadata],
])

const names = [
  ...'symbolId symbol_id codeId purl build_id loaderBase processName socketAddress containerId casUri evidenceUri'.split(
    ' ',
  ),
  ...'hitCount hit_count processId observedAt observed_at metadata sym\u0062olId unheardOf __proto__ constructor'.split(
    ' ',
  ),
]

const member = fc
  .constantFrom(...names)
  .chain((name) =>
    fc
      .oneof(
        { weight: 12, arbitrary: ownValues.get(name) ?? text },
        { weight: 1, arbitrary: fc.oneof(text, number, other) },
      )
      .map((value) => ({ name, value })),
  )

const gap = fc.constantFrom('', '', '', ' ', '\t', '  ')

/** An event: its members in any order, now and then one of them twice. */
const event = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.uniqueArray(member, { maxLength: 9, selector: ({ name }) => name }) },
      { weight: 1, arbitrary: fc.array(member, { maxLength: 9 }) },
    ),
    text,
    gap,
    gap,
  )
  .map(([members, symbolId, one, two]) => {
    const named = members.some(({ name }) => name.startsWith('sym'))
      ? members
      : [...members, { name: 'symbolId', value: symbolId }]
    return `{${one}${named.map(({ name, value }) => `"${name}":${two}${value}`).join(`,${one}`)}${two}}`
  })

const brokenLine = fc.constantFrom(
  '{',
  '}',
  '{"symbolId":"a"',
  '{"symbolId":"a"}}',
  '[]',
  '"a"',
  'null',
  '{"symbolId":"a",}',
  '\u00a0',
)

const line = fc.oneof(
  { weight: 12, arbitrary: event.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.constantFrom('', ' ', '\t').map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: brokenLine.map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: event.map((text) => Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xc3, 0x22, 0x7d])])),
  },
)

/** A body of NDJSON, good lines among bad ones, with either end of line, with or without a byte order mark. */
export const arbitraryBody: fc.Arbitrary<Buffer> = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean())
  .map(([lines, end, hasMark, isEnded]) => {
    const parts = lines.flatMap((bytes, position) => (position === 0 ? [bytes] : [Buffer.from(end), bytes]))
    return Buffer.concat([Buffer.from(hasMark ? '\ufeff' : ''), ...parts, Buffer.from(isEnded ? end : '')])
  })
  // An array is another form of body.
  .filter((body) => !/^(\ufeff)?\s*\[/.test(body.toString('utf8')))
