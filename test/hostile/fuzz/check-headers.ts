import type { Flaw } from './finding.ts'
import type { Answer } from './send-request.ts'

/** Node refuses these heads itself, before there is a request: they have no problem document. */
const belowRoutes = new Set([400, 408, 417, 431])

export function isBelowRoutes({ status, headers }: Answer): boolean {
  return belowRoutes.has(status) && headers['x-correlation-id'] === undefined
}

/** What every answer carries, and what goes with its status. */
const rules: Readonly<Record<string, (answer: Answer) => boolean>> = {
  'X-Correlation-Id is there': ({ headers }) => headers['x-correlation-id'] !== undefined,
  'X-Content-Type-Options is nosniff': ({ headers }) => headers['x-content-type-options'] === 'nosniff',
  'nothing says what it is made of': ({ headers }) =>
    headers['x-powered-by'] === undefined && headers.server === undefined,
  'no header is of the client’s making': ({ headers }) => headers['x-injected'] === undefined,
  '429 and 503 have Retry-After': ({ status, headers }) =>
    (status !== 429 && status !== 503) || /^[1-9]\d*$/.test(headers['retry-after'] ?? ''),
  '405 has Allow': ({ status, headers }) => status !== 405 || headers.allow !== undefined,
  '401 has WWW-Authenticate': ({ status, headers }) => status !== 401 || headers['www-authenticate'] !== undefined,
  '304 has ETag': ({ status, headers }) => status !== 304 || headers.etag !== undefined,
  '206 has Content-Range': ({ status, headers }) => status !== 206 || headers['content-range'] !== undefined,
}

export function checkHeaders(answer: Answer): Flaw[] {
  if (isBelowRoutes(answer)) return []
  const broken = Object.entries(rules).filter(([, isKept]) => !isKept(answer))
  return broken.map(([rule]) => ({
    kind: 'header-missing',
    what: `it does not hold that ${rule}`,
    detail: JSON.stringify(answer.headers),
  }))
}
