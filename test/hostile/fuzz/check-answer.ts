import { zstdDecompressSync } from 'node:zlib'
import { allows } from './callers.ts'
import { checkProblem } from './check-problem.ts'
import type { DescribedAnswers } from './described-answers.ts'
import type { Flaw } from './finding.ts'
import type { MadeRequest } from './make-request.ts'
import type { Markers } from './markers.ts'
import type { Answer, Outcome } from './send-request.ts'
import type { Operation } from './surface.ts'

export interface CheckDeps {
  readonly answers: DescribedAnswers
  readonly markers: Markers
  /** By method and path. */
  readonly operationOf: (method: string, path: string) => Operation | undefined
}

/** Everything that is wrong with what came of a request. */
export function checkOutcome(deps: CheckDeps, made: MadeRequest, outcome: Outcome): Flaw[] {
  if (outcome.kind === 'hung') return [{ kind: 'hang', what: 'no answer in time', detail: '' }]
  if (outcome.kind === 'closed') {
    // Half of a request need not be answered.
    if (made.body?.framing === 'cut-short') return []
    return [{ kind: 'no-answer', what: 'the connection was closed', detail: outcome.reason }]
  }
  const { answer } = outcome
  const text = readable(answer)
  return [
    ...checkStatus(made, answer, text),
    ...checkDescription(deps, made, answer, text),
    ...checkHeaders(made, answer),
    ...checkInside(made, answer, text),
    ...checkTenants(deps, made, answer, text),
  ]
}

export function readable({ headers, body }: Answer): string {
  if (headers['content-type'] !== 'application/zstd') return body.toString()
  try {
    return zstdDecompressSync(body).toString('latin1')
  } catch {
    return ''
  }
}

/** Node refuses these heads itself, before there is a request: they have no problem document. */
const belowRoutes = new Set([400, 408, 417, 431])

function isBelowRoutes({ status, headers }: Answer): boolean {
  return belowRoutes.has(status) && headers['x-correlation-id'] === undefined
}

/** Back-pressure is an answer: it says when to come again, and nothing was kept. */
const backPressure = /"code":"(?:UPLOADS|QUESTIONS|REPLAYS|FOLDS|EVENT_STREAMS)_EXHAUSTED"/

function checkStatus({ drawn }: MadeRequest, { status, headers }: Answer, text: string): Flaw[] {
  if (status < 500) return []
  if (status === 503 && backPressure.test(text) && headers['retry-after'] !== undefined) return []
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'no code'
  return [{ kind: 'server-error', what: `${drawn.method} answered ${status} ${code}`, detail: text.slice(0, 500) }]
}

function checkDescription(
  { answers, operationOf }: CheckDeps,
  made: MadeRequest,
  answer: Answer,
  text: string,
): Flaw[] {
  const { status, headers } = answer
  if (isBelowRoutes(answer)) return []
  const isHead = made.method === 'HEAD'
  const operation = operationOf(isHead ? 'GET' : made.method, made.drawn.path)
  const type = headers['content-type']?.split(';', 1)[0]
  if (status >= 400) return isHead ? [] : checkProblem(answers.problem, made, answer, text)
  if (!operation) return isOpenPage(made.path) ? [] : [undescribed(made, status, type)]
  const description = answers.find(operation, status)
  if (!description) return [undescribed(made, status, type)]
  if (description.types.length === 0) return text === '' ? [] : [undescribed(made, status, `body of ${type}`)]
  if (type === undefined || !description.types.includes(type)) return [undescribed(made, status, type)]
  const validate = description.validatorOf(type)
  // Part of a document is none.
  if (isHead || !validate || status === 206) return []
  return checkJson(validate, made, { status, text })
}

/** Pages for people, and the document itself. */
function isOpenPage(path: string): boolean {
  return /^\/(docs|openapi\.json)/.test(path)
}

function undescribed({ method }: MadeRequest, status: number, type = 'nothing'): Flaw {
  return { kind: 'undescribed', what: `${method} answered ${status} with ${type}`, detail: '' }
}

type Validate = ReturnType<DescribedAnswers['problem']['valueOf']> & DescribedAnswers['problem']

function checkJson(
  validate: Validate,
  { method }: MadeRequest,
  { status, text }: { status: number; text: string },
): Flaw[] {
  const parsed = parseJson(text)
  if (parsed === undefined)
    return [{ kind: 'outside-schema', what: `${method} ${status} is no JSON`, detail: text.slice(0, 300) }]
  if (validate(parsed)) return []
  const [first] = validate.errors ?? []
  const place = first?.instancePath.replace(/\/\d+(?=\/|$)/g, '/*') ?? ''
  const what = `${method} ${status}: ${place} ${first?.message ?? ''} ${JSON.stringify(first?.params ?? {})}`
  return [{ kind: 'outside-schema', what, detail: JSON.stringify(validate.errors).slice(0, 600) }]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function checkHeaders(made: MadeRequest, answer: Answer): Flaw[] {
  if (isBelowRoutes(answer)) return []
  const { headers, status } = answer
  const missing = (what: string): Flaw => ({ kind: 'header-missing', what, detail: JSON.stringify(headers) })
  return [
    ...(headers['x-correlation-id'] === undefined ? [missing('X-Correlation-Id is missing')] : []),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : [missing('X-Content-Type-Options is not nosniff')]),
    ...(headers['x-powered-by'] === undefined && headers.server === undefined
      ? []
      : [missing('names what it is made of')]),
    ...((status === 429 || status === 503) && !/^[1-9]\d*$/.test(headers['retry-after'] ?? '')
      ? [missing(`${status} without Retry-After`)]
      : []),
    ...(status === 405 && headers.allow === undefined ? [missing('405 without Allow')] : []),
    ...(status === 401 && headers['www-authenticate'] === undefined ? [missing('401 without WWW-Authenticate')] : []),
    ...(status === 304 && headers.etag === undefined ? [missing('304 without ETag')] : []),
    ...(status === 206 && headers['content-range'] === undefined ? [missing('206 without Content-Range')] : []),
    ...(headers['x-injected'] === undefined ? [] : [missing(`a header of the client's making (${made.method})`)]),
  ]
}

/** Words of our code, our libraries and our machines. */
const inside =
  /node_modules|\.[mc]?[jt]s:\d+|\/tmp\/|node:internal|SQLITE_|ENOENT|EACCES|\n\s+at .+\(|FST_ERR|ZodError|\bTypeError\b|undefined is not|of undefined/

function checkInside({ said, path }: MadeRequest, { status }: Answer, text: string): Flaw[] {
  if (isOpenPage(path) && status < 400) return []
  const shown = inside.exec(text)?.[0]
  if (shown === undefined || said.includes(shown)) return []
  return [{ kind: 'inside-shown', what: `${status} shows ${shown}`, detail: text.slice(0, 500) }]
}

function checkTenants(
  { markers, operationOf }: CheckDeps,
  made: MadeRequest,
  { status }: Answer,
  text: string,
): Flaw[] {
  const { tenant, drawn, method } = made
  const leaked = markers.leaked(tenant ?? 'gamma', text)
  const scope = operationOf(method, drawn.path)?.scope
  const mayPass = scope === undefined || (tenant !== undefined && allows(drawn.caller, scope))
  return [
    ...(leaked.length === 0
      ? []
      : [{ kind: 'leak', what: `${method} shows what another tenant has`, detail: leaked.join(' ') } as const]),
    ...(mayPass || status >= 400
      ? []
      : [{ kind: 'let-in', what: `${method} answered ${status}`, detail: drawn.caller.credential } as const]),
  ]
}
