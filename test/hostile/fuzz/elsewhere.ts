import fc from 'fast-check'
import { goodCaller } from './arbitrary-headers.ts'
import { hostileText } from './arbitrary-text.ts'
import type { DrawnRequest } from './drawn-request.ts'

export const elsewhereName = 'elsewhere'

/** Paths that the document does not have, and pages that are no part of it. */
const paths = [
  '/',
  '//',
  '/signals',
  '/signals/',
  '/signals/facts/',
  '/Signals/Facts',
  '/signals//facts',
  '/signals/../signals/facts',
  '/signals/facts/a/b/c',
  '/signals/facts/%2f/states',
  '/signals/runtime-facts/NDJSON',
  '/signals/events/dead-letters/',
  '/metrics',
  '/docs',
  '/docs/',
  '/docs/json',
  '/docs/yaml',
  '/docs/static/index.html',
  '/docs/static/swagger-ui.css',
  '/docs/static/../../package.json',
  '/docs/static/..%2f..%2f..%2fpackage.json',
  '/docs/static/%2e%2e/%2e%2e/package.json',
  '/docs/static/..%5c..%5cpackage.json',
  '/docs/static/%00',
  '/docs/static/.hidden',
  '/openapi.json',
  '/openapi.json/',
  '/.env',
  '/%',
  '/%c0%ae%c0%ae/',
  `/${'a/'.repeat(2_000)}`,
  `/signals/facts/${'%61'.repeat(20_000)}`,
]

/** Requests to where nothing is described. */
export const elsewhere: fc.Arbitrary<DrawnRequest> = fc.record({
  operation: fc.constant(elsewhereName),
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'),
  path: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...paths) },
    { weight: 1, arbitrary: fc.constant('/signals/{word}') },
  ),
  pathValues: fc.record({ word: hostileText.map((text) => ({ text, isRaw: false })) }, { noNullPrototype: true }),
  query: fc.constant([]),
  headers: fc.constant([]),
  caller: goodCaller,
})
