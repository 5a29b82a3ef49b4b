import fc from 'fast-check'
import { hostileText, known, time } from './arbitrary-text.ts'
import { credentials, tenants } from './callers.ts'
import type { DrawnCaller } from './drawn-request.ts'
import { fresh } from './fill-in.ts'
import type { Operation } from './surface.ts'

type Header = readonly [name: string, value: string]

const usual: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'if-none-match': fc.oneof(known('etag'), fc.constantFrom('*', 'W/"x"', '"x", "y"')),
  'idempotency-key': fc.oneof(fc.constant(fresh), known('idempotencyKey')),
  prefer: fc.constantFrom('wait=1', 'wait=2', 'wait="1"', 'respond-async, wait=1'),
  range: fc.constantFrom('bytes=0-9', 'bytes=5-', 'bytes=-5', 'bytes=0-0'),
  accept: fc.constantFrom('application/json', 'application/zstd', 'text/vnd.mermaid', 'text/event-stream', '*/*'),
  'x-correlation-id': fc.constant('trace-me'),
  traceparent: fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
  'x-source': fc.constantFrom('scanner', 'api'),
  'x-agent-instance': fc.constantFrom('agent-1', 'agent-2'),
  'x-analysis-id': fc.oneof(known('analysisId'), fc.constant(`analysis-${fresh}`)),
  'x-callgraph-id': known('callgraphId'),
  callgraphid: known('callgraphId'),
  'x-scan-id': known('subject'),
  'x-image-digest': fc.constantFrom('sha256:11', 'sha256:22'),
  'last-event-id': known('eventId'),
}

const strange: Readonly<Record<string, readonly string[]>> = {
  'if-none-match': ['"', 'W/', '""', '"\u00e9"'],
  'if-match': ['"x"', '*'],
  'if-modified-since': ['yesterday', 'Sat, 28 Nov 2026 00:00:00 GMT'],
  'idempotency-key': ['', ' ', 'k'.repeat(255), 'k'.repeat(256), 'é', 'a b'],
  prefer: ['wait=-1', 'wait=1.5', 'wait=99999999999', 'wait', ';;', 'wait=0', 'wait=1;x=y, wait=2'],
  range: [
    'bytes=9-1',
    'bytes=0-0,2-3',
    'bytes=999999999999999-',
    'items=0-1',
    'bytes=-0',
    'bytes=--1',
    'bytes=99999999999999999999-',
  ],
  'if-range': ['"x"', 'Sat, 28 Nov 2026 00:00:00 GMT'],
  accept: ['', 'application/zstd;q=0', 'text/event-stream;x', 'a'.repeat(5_000)],
  'accept-encoding': ['gzip', 'br;q=1, *;q=0'],
  'x-correlation-id': ['', 'x'.repeat(129), 'a b', 'é', '<script>'],
  traceparent: ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0-0-0', ''],
  'x-source': ['x'.repeat(128), 'x'.repeat(129), '\u0000', '__proto__'],
  'x-forwarded-for': ['127.0.0.1', '"; DROP'],
  'x-forwarded-host': ['evil.example'],
  'x-http-method-override': ['DELETE'],
  'x-scopes': ['signals:admin', ''],
  'last-event-id': ['__proto__', '0', '%'],
  origin: ['null', 'https://evil.example'],
  cookie: ['a=b', '__proto__=1'],
  connection: ['close', 'upgrade'],
  expect: ['200-ok'],
  upgrade: ['h2c'],
}

function headerOf(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Header> {
  return value.map((text) => [name, text])
}

const anyUsual = fc.oneof(...Object.entries(usual).map(([name, value]) => headerOf(name, value)))
const anyStrange = fc.oneof(
  ...Object.entries(strange).map(([name, values]) => headerOf(name, fc.constantFrom(...values))),
  headerOf('x-made-up', hostileText),
  fc.tuple(fc.constantFrom(...Object.keys(usual)), hostileText),
  headerOf('if-modified-since', time),
)

const onlyOnWrites = new Set(['idempotency-key', 'prefer', 'x-source'])

export function goodHeaders({ method }: Operation): fc.Arbitrary<readonly Header[]> {
  return fc.array(
    anyUsual.filter(([name]) => method !== 'GET' || !onlyOnWrites.has(name)),
    { maxLength: 3 },
  )
}

export const badHeaders: fc.Arbitrary<readonly Header[]> = fc.array(fc.oneof(anyUsual, anyStrange), { maxLength: 5 })

/** Almost always the document's; else any that somebody might claim, or none. */
export function contentType({ name, bodies }: Operation): fc.Arbitrary<string | undefined> {
  if (name === 'ingestCallgraph') return fc.constant('application/json')
  const [first, ...others] = Object.keys(bodies)
  return first === undefined ? fc.constant(undefined) : fc.constantFrom(first, ...others)
}

export const strangeContentType = fc.constantFrom(
  undefined,
  '',
  'application/json',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/vnd.acme+json',
  'application/x-ndjson',
  'application/zip',
  'text/plain',
  'text/html',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'a/b/c',
  ';;;',
  'x'.repeat(3_000),
)

/** Mostly who may do it; now and then somebody who may do less, or somebody else. */
export const goodCaller: fc.Arbitrary<DrawnCaller> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...tenants).map((tenant): DrawnCaller => ({ credential: tenant })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('alpha', 'beta')
      .map((tenant): DrawnCaller => ({ credential: 'alphaOrBeta', tenantHeader: tenant })),
  },
)

/** Reads as anybody, canary included: what is asked for in vain must not come back. */
export const badCaller: fc.Arbitrary<DrawnCaller> = fc
  .record({
    credential: fc.constantFrom(
      ...(Object.keys(credentials) as (keyof typeof credentials)[]),
      'none',
      'garbage',
      'forged',
    ),
    tenantHeader: fc.option(
      fc.oneof(fc.constantFrom(...tenants, 'canary', 'default', 'ALPHA', '../alpha', 'a'.repeat(64), ''), hostileText),
      { nil: undefined },
    ),
  })
  .map(({ credential, tenantHeader }) => ({
    // The canary's own token would change what is to stay as it is.
    credential: credential === 'canary' ? 'gamma' : credential,
    ...(tenantHeader !== undefined && { tenantHeader }),
  }))
