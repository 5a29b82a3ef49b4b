import fc from 'fast-check'
import { freshText, known, markedText, time } from './arbitrary-text.ts'
import type { DrawnBundle, DrawnContent, JsonValue } from './drawn-request.ts'
import { fresh } from './fill-in.ts'

/** Bodies that the document can only say to be bytes: graphs, streams of events, bundles of both. */

const symbol = fc.oneof(
  { weight: 3, arbitrary: known('symbol') },
  { weight: 2, arbitrary: markedText },
  { weight: 2, arbitrary: fc.constantFrom('main', 'a', 'b', 'c', '<clinit>', 'init') },
)

function maybe<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(value, { nil: undefined, freq: 2 })
}

/** Leaves out what is undefined, as JSON does. */
function recordOf(members: Readonly<Record<string, fc.Arbitrary<JsonValue | undefined>>>): fc.Arbitrary<JsonValue> {
  return fc.record(members, { noNullPrototype: true }).map((drawn) => {
    const said = Object.entries(drawn).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
    return Object.fromEntries(said)
  })
}

const node = fc.oneof(
  symbol,
  recordOf({
    id: symbol,
    name: maybe(fc.oneof(markedText, fc.constant('main'))),
    kind: maybe(fc.constantFrom('method', 'function', 'external')),
    namespace: maybe(markedText),
    symbolKey: maybe(symbol),
    purl: maybe(fc.constantFrom('pkg:npm/a@1', 'pkg:maven/acme/b@2')),
    isEntryPointCandidate: maybe(fc.boolean()),
    file: maybe(fc.constantFrom('/srv/app/a.js', 'C:\\app\\b.js', 'c.js')),
    attributes: maybe(fc.dictionary(fc.constantFrom('a', '10', 'note'), markedText, { noNullPrototype: true })),
  }),
)

const edge = recordOf({
  from: symbol,
  to: symbol,
  kind: maybe(fc.constantFrom('static', 'heuristic', 'runtime')),
  type: maybe(fc.constantFrom('call', 'import', 'inherit')),
  confidence: maybe(fc.double({ min: -1, max: 2, noNaN: true }).map((value) => value + 0)),
  isResolved: maybe(fc.boolean()),
  reason: maybe(markedText),
  candidates: maybe(fc.array(symbol, { maxLength: 2 })),
})

const ownGraph = recordOf({
  nodes: fc.array(node, { minLength: 1, maxLength: 8 }),
  edges: fc.array(edge, { maxLength: 8 }),
  entryPoints: maybe(fc.array(symbol, { maxLength: 2 })),
})

const nativeGraph = fc.oneof(
  fc.dictionary(
    fc.constantFrom('main', 'a.b', 'a.c'),
    fc.array(fc.constantFrom('a.b', 'a.c', '<builtin>.len'), { maxLength: 3 }),
    {
      minKeys: 1,
      noNullPrototype: true,
    },
  ),
  recordOf({
    schema: fc.constant('richgraph-v1'),
    nodes: fc.array(recordOf({ id: symbol, lang: maybe(fc.constant('java')), kind: maybe(fc.constant('method')) }), {
      maxLength: 4,
    }),
    edges: fc.array(recordOf({ from: symbol, to: symbol, kind: maybe(fc.constant('call')) }), { maxLength: 4 }),
    roots: maybe(fc.array(recordOf({ id: symbol, phase: maybe(fc.constant('runtime')) }), { maxLength: 2 })),
  }),
)

export const graph = fc.oneof({ weight: 4, arbitrary: ownGraph }, { weight: 1, arbitrary: nativeGraph })

export const subject: fc.Arbitrary<JsonValue> = fc.oneof(
  recordOf({ scanId: fc.oneof(known('subject'), freshText, fc.constant(`synthetic:${fresh}`)) }),
  recordOf({ scanId: known('subject'), imageDigest: maybe(fc.constantFrom('sha256:11', 'sha256:22')) }),
  recordOf({ component: fc.oneof(freshText, fc.constant('shop')), version: fc.constantFrom('1', '2') }),
)

export const envelope = recordOf({
  language: fc.constantFrom('java', 'node', 'python', 'go', 'rust'),
  component: fc.oneof(markedText, fc.constant('shop')),
  version: fc.constantFrom('1', '2'),
  subject: maybe(subject),
  targets: maybe(fc.array(symbol, { maxLength: 3 })),
  entryPoints: maybe(fc.array(symbol, { maxLength: 2 })),
  closedWorld: maybe(fc.boolean()),
  metadata: maybe(fc.dictionary(fc.constantFrom('a', 'b'), markedText, { noNullPrototype: true })),
  analysisId: maybe(fc.constantFrom('analysis-1', 'analysis-2')),
  analyzer: maybe(recordOf({ name: markedText, version: maybe(fc.constant('1')) })),
})

export const event = recordOf({
  symbolId: symbol,
  hitCount: maybe(fc.integer({ min: 1, max: 1_000 })),
  observedAt: maybe(time),
  containerId: maybe(freshText),
  code_id: maybe(markedText),
  processId: maybe(fc.oneof(fc.nat(70_000), markedText)),
  processName: maybe(markedText),
  socketAddress: maybe(fc.constant('10.0.0.1:80')),
  purl: maybe(fc.constant('pkg:npm/a@1')),
  metadata: maybe(fc.dictionary(fc.constantFrom('capture.method', 'a'), markedText, { noNullPrototype: true })),
})

export const events: fc.Arbitrary<DrawnContent> = fc
  .array(event, { minLength: 1, maxLength: 6 })
  .map((values) => ({ kind: 'lines', values, changes: [] }))

const bundleNode = recordOf({
  symbol_id: symbol,
  lang: fc.constantFrom('java', 'go'),
  kind: fc.constantFrom('method', 'function'),
  display: markedText,
  purl: maybe(fc.constant('pkg:npm/a@1')),
})
const bundleEdge = recordOf({
  from: symbol,
  to: symbol,
  edge_type: fc.constantFrom('call', 'import'),
  confidence: maybe(fc.constantFrom(0, 0.5, 1)),
})
const bundleFact = recordOf({
  symbol_id: symbol,
  hit_count: maybe(fc.integer({ min: 1, max: 9 })),
  observed_at: maybe(time),
})

export const bundle: fc.Arbitrary<DrawnBundle> = fc.record({
  nodes: fc.array(bundleNode, { minLength: 1, maxLength: 5 }),
  edges: fc.array(bundleEdge, { maxLength: 5 }),
  facts: fc.option(fc.array(bundleFact, { minLength: 1, maxLength: 3 })),
  meta: recordOf({
    analysis_id: maybe(fc.oneof(known('analysisId'), fc.constant(`union-${fresh}`))),
    subject: maybe(subject),
    entry_points: maybe(fc.array(symbol, { maxLength: 2 })),
    closed_world: maybe(fc.boolean()),
  }) as fc.Arbitrary<Readonly<Record<string, JsonValue>>>,
})
