import { zstdDecompressSync } from 'node:zlib'
import { allows } from './callers.ts'
import { checkDescription, type DescriptionDeps, isOpenPage } from './check-description.ts'
import { checkHeaders } from './check-headers.ts'
import type { Flaw } from './finding.ts'
import type { MadeRequest } from './make-request.ts'
import type { Markers } from './markers.ts'
import type { Answer, Outcome } from './send-request.ts'

export interface CheckDeps extends DescriptionDeps {
  readonly markers: Markers
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
    ...checkHeaders(answer),
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

/** Back-pressure is an answer: it says when to come again, and nothing was kept. */
const backPressure = /"code":"(?:\w+_EXHAUSTED|MEMORY_SHORT|DISK_SHORT|SERVICE_BUSY|ERASURE_BUSY)"/

function checkStatus({ drawn }: MadeRequest, { status, headers }: Answer, text: string): Flaw[] {
  if (status < 500) return []
  if (status === 503 && backPressure.test(text) && headers['retry-after'] !== undefined) return []
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'no code'
  return [{ kind: 'server-error', what: `${drawn.method} answered ${status} ${code}`, detail: text.slice(0, 500) }]
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
