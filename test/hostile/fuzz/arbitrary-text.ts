import fc from 'fast-check'
import { canaryTenant, tenants } from './callers.ts'
import { fresh, recalled } from './fill-in.ts'
import type { Kind } from './memory.ts'

/** What the field knows to hurt: names that objects have already, ends and escapes of other languages, limits, and Unicode. */
const nasty = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../../../etc/passwd',
  '..\\..\\',
  '/',
  '.',
  '%00',
  '%2e%2e%2f',
  '\u0000',
  'a\u0000b',
  'a\r\nx-injected: 1',
  '\u001b[31m',
  '\u007f',
  '\u2028\u2029',
  '\u202e\u2066',
  '\ufeff',
  '\ufffe\uffff',
  'e\u0301 \u00e9 \u212b',
  '\u0130\u0131\u1e9e',
  '\u{1f600}\u{1f468}\u200d\u{1f469}',
  '\u{10ffff}',
  '\ud800',
  '\udc00x',
  "' OR '1'='1",
  '"; DROP TABLE facts; --',
  '{"$gt":""}',
  '$where',
  '#{7*7}',
  '<script>alert(1)</script>',
  '%s%n%x',
  'NaN',
  '-1',
  '1e400',
  '9007199254740993',
  'null',
  'undefined',
  'true',
  'a|b',
  '|',
  'cg-',
  'sha256:',
  `sha256:${'0'.repeat(64)}`,
  'sym:java:',
  '0000-00-00T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-11-20T12:00:60Z',
  '+275760-09-13T00:00:00.001Z',
]

const lengths = [127, 128, 129, 255, 256, 512, 513, 1_024, 4_095, 4_096, 4_097, 70_000]

const long = fc
  .tuple(fc.constantFrom(...lengths), fc.constantFrom('x', '\u00e9', '\u{1f600}', '(', 'a.', '%'))
  .map(([length, unit]) => unit.repeat(length).slice(0, length))

/** Text that nobody would send in good faith. */
export const hostileText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: long },
)

const number = fc.nat(10_000)

/** Something that was said before: mostly to the same tenant. */
export function known(kind: Kind): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 5, arbitrary: number.map((which) => recalled('own', kind, which)) },
    { weight: 1, arbitrary: number.map((which) => recalled('other', kind, which)) },
  )
}

export const freshText = fc.constant(fresh)

/** A word of its own, among other characters. */
export const markedText = fc
  .tuple(fc.constantFrom('', 'acme.', 'é.', '😀', 'a/b#'), fc.constantFrom('', '()V', '$1', ' ', '.total'))
  .map(([before, after]) => `${before}${fresh}${after}`)

export const time = fc
  .tuple(fc.integer({ min: 0, max: 2_000_000_000 }), fc.constantFrom('Z', '+02:00', '-11:30'))
  .map(([seconds, zone]) => new Date(seconds * 1_000).toISOString().replace('Z', zone))

/** What strings of a name are, where the document says no more than that they are strings. */
export function textNamed(name: string): fc.Arbitrary<string> | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (kind !== undefined) return fc.oneof({ weight: 4, arbitrary: known(kind) }, { weight: 1, arbitrary: freshText })
  return Object.hasOwn(words, name) ? words[name] : undefined
}

const kinds: Readonly<Record<string, Kind>> = {
  callgraphId: 'callgraphId',
  callgraphIds: 'callgraphId',
  subjectKey: 'subject',
  scanId: 'subject',
  receiptId: 'receiptId',
  eventId: 'eventId',
  through: 'eventId',
  cursor: 'cursor',
  analysisId: 'analysisId',
  digest: 'digest',
  graphHash: 'digest',
  target: 'symbol',
  targets: 'symbol',
  entryPoint: 'symbol',
  entryPoints: 'symbol',
  symbolId: 'symbol',
  symbolKey: 'symbol',
  id: 'symbol',
  from: 'symbol',
  to: 'symbol',
  edgeFrom: 'symbol',
  edgeTo: 'symbol',
}

const words: Readonly<Record<string, fc.Arbitrary<string>>> = {
  tenant: fc.constantFrom(...tenants, canaryTenant),
  after: fc.oneof(known('cursor'), known('eventId')),
  imageDigest: fc.oneof(known('subject'), fc.constantFrom('sha256:11', 'sha256:22')),
  language: fc.constantFrom('java', 'node', 'python', 'go', 'dotnet', 'binary', 'cobol'),
  component: fc.oneof(markedText, fc.constantFrom('shop', 'cart')),
  subjectComponent: fc.oneof(markedText, fc.constantFrom('shop', 'cart')),
  version: fc.constantFrom('1', '2', '1.0.0-rc.1+build'),
  subjectVersion: fc.constantFrom('1', '2'),
  format: fc.constantFrom('auto', 'signals-json', 'richgraph-v1', 'js-callgraph', 'go-callgraph', 'pycg', 'fasten'),
  updatedAfter: time,
  observedFrom: time,
  observedTo: time,
  fileName: fc.constantFrom('nodes.ndjson', 'edges.ndjson', 'facts_runtime.ndjson', 'meta.json', 'other'),
}
