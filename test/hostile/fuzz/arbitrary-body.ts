import fc from 'fast-check'
import { bundle, envelope, events, graph } from './arbitrary-evidence.ts'
import { hostileValue, jsonOf } from './arbitrary-of-schema.ts'
import { hostileText } from './arbitrary-text.ts'
import type { Change, Damage, DrawnBody, DrawnContent, Encoding, Framing } from './drawn-request.ts'
import type { Operation } from './surface.ts'

const names = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'extra',
  'symbol_id',
  'symbolId',
  '',
  'hit_count',
)

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1_000),
  to: fc.oneof(
    fc.record({ kind: fc.constant('dropped' as const) }),
    fc.record({ kind: fc.constant('value' as const), value: hostileValue }),
    fc.record({ kind: fc.constant('member' as const), name: names, value: hostileValue }),
    fc.record({
      kind: fc.constant('nested' as const),
      depth: fc.constantFrom(1, 61, 62, 63, 64, 65, 200),
      isArray: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('repeated' as const), times: fc.constantFrom(0, 2, 300, 1_001) }),
  ),
})

const insertions = [
  '00',
  'efbbbf',
  'ff',
  'c0af',
  'eda080',
  '5c7564383030',
  '0a',
  '0d0a',
  '2c',
  '7d',
  '1f8b',
  '22',
  '2f2f',
  '20'.repeat(300),
  // Arrays, and objects, deeper than any stack.
  '5b'.repeat(20_000),
  '7b2261223a'.repeat(20_000),
]
const numbers = [
  '1e400',
  '-1e400',
  '-0',
  '1.0',
  '1e3',
  '01',
  '+1',
  '0x10',
  '.5',
  '1.',
  '9007199254740993',
  `${'9'.repeat(400)}`,
  'NaN',
  '1e-400',
  '1E+2',
]

const damage: fc.Arbitrary<Damage> = fc.oneof(
  ...(['cut', 'flipped', 'doubled-member', 'twice'] as const).map((kind) =>
    fc.record({ at: fc.nat(1_000), kind: fc.constant(kind), with: fc.constant('') }),
  ),
  fc.record({ at: fc.nat(1_000), kind: fc.constant('inserted' as const), with: fc.constantFrom(...insertions) }),
  fc.record({ at: fc.nat(1_000), kind: fc.constant('number' as const), with: fc.constantFrom(...numbers) }),
)

const plain: Encoding = { said: null, done: [], damages: [] }
const codings = ['gzip', 'zstd', 'br'] as const

const goodEncoding: fc.Arbitrary<Encoding> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(plain) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...codings).map((coding) => ({ said: coding, done: [coding], damages: [] })),
  },
)

const badEncoding: fc.Arbitrary<Encoding> = fc.record({
  said: fc.constantFrom(
    null,
    'gzip',
    'GZIP',
    'x-gzip',
    'zstd',
    'br',
    'deflate',
    'identity',
    'gzip, gzip',
    'compress',
    '',
    'gzip;q=1',
    '*',
  ),
  done: fc.constantFrom([], ['gzip'], ['zstd'], ['br'], ['deflate'], ['gzip', 'gzip']),
  damages: fc.array(damage, { maxLength: 1 }),
})

const framing: fc.Arbitrary<Framing> = fc.constantFrom('counted', 'counted', 'chunked', 'cut-short')

/** Bodies in good faith, for an operation that takes one. */
export function goodBody(operation: Operation): fc.Arbitrary<DrawnBody> {
  return fc.record({
    content: contentOf(operation),
    damages: fc.constant([]),
    encoding: goodEncoding,
    framing: fc.constantFrom('counted', 'chunked'),
  })
}

/** The same with something wrong, or something else altogether. */
export function badBody(operation: Operation): fc.Arbitrary<DrawnBody> {
  return fc.record({
    content: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(contentOf(operation), fc.array(change, { minLength: 1, maxLength: 3 })).map(withChanges),
      },
      { weight: 2, arbitrary: contentOf(operation) },
      { weight: 1, arbitrary: hostileText.map((text): DrawnContent => ({ kind: 'text', text })) },
      { weight: 1, arbitrary: hostileValue.map((value): DrawnContent => ({ kind: 'json', value, changes: [] })) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map(hexContent) },
    ),
    damages: fc.array(damage, { maxLength: 2 }),
    encoding: fc.oneof({ weight: 2, arbitrary: goodEncoding }, { weight: 1, arbitrary: badEncoding }),
    framing,
  })
}

function hexContent(bytes: Uint8Array): DrawnContent {
  return { kind: 'hex', hex: Buffer.from(bytes).toString('hex') }
}

function withChanges([content, changes]: [DrawnContent, readonly Change[]]): DrawnContent {
  return 'changes' in content ? { ...content, changes } : content
}

/** By name, where the document says only that it is bytes. */
const evidence: Readonly<Record<string, fc.Arbitrary<DrawnContent>>> = {
  ingestCallgraph: fc.oneof(
    graph.map((value): DrawnContent => ({ kind: 'json', value, changes: [] })),
    fc
      .tuple(envelope, graph)
      .map(([value, inner]): DrawnContent => ({ kind: 'envelope', value, graph: inner, changes: [] })),
  ),
  ingestRuntimeFactStream: events,
  ingestUnionBundle: bundle.map((drawn): DrawnContent => ({ kind: 'bundle', bundle: drawn, changes: [] })),
  replay: fc.nat(1_000).map((which): DrawnContent => ({ kind: 'replay', which })),
}

function contentOf({ name, bodies }: Operation): fc.Arbitrary<DrawnContent> {
  const known = Object.hasOwn(evidence, name) ? evidence[name] : undefined
  if (known) return known
  const schema = bodies['application/json']?.schema
  if (!schema) return fc.constant({ kind: 'text', text: '' })
  return jsonOf(schema).map((value) => ({ kind: 'json', value, changes: [] }))
}

export function takesBody({ name, bodies }: Operation): boolean {
  return Object.hasOwn(evidence, name) || Object.keys(bodies).length > 0
}
