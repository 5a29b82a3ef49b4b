import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { type Context, createContext } from '../../src/context.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { makeZip } from '../../test/support/make-zip.ts'
import { examplePlan, type PlannedRequest } from './example-plan.ts'

/** A request as it was sent and what the service answered, with what differs from run to run made the same. */
export interface RecordedExample {
  readonly name: string
  readonly text: string
}

const now = Date.parse('2026-11-20T12:00:00.000Z')
const shownHeaders = [
  'content-type',
  'content-range',
  'location',
  'etag',
  'preference-applied',
  'signals-pending',
  'vary',
]

/** Asks a service of its own, over an empty data directory, all that the plan says, and writes down every answer. */
export async function recordExamples(): Promise<RecordedExample[]> {
  const directory = mkdtempSync(join(tmpdir(), 'signals-examples-'))
  const env = {
    SIGNALS__DATA_DIRECTORY: directory,
    SIGNALS__TELEMETRY__LOG_LEVEL: 'silent',
    // A machine that is busy with other things must not be what an example shows.
    SIGNALS__LIMITS__EVENT_LOOP_DELAY_MS: '60000',
  }
  const context = await createContext(loadConfig({ argv: [], env, readFile: () => '' }), { clock: () => now })
  const app = await buildApp(context)
  try {
    return await recordAll({ app, context })
  } finally {
    await app.close()
    await context.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Service {
  readonly app: HttpServer
  readonly context: Context
}

async function recordAll({ app, context }: Service): Promise<RecordedExample[]> {
  const kept = new Map<string, string>()
  const bytes = new Map<string, Buffer>()
  const stable = new StableIds()
  const recorded: RecordedExample[] = []
  for (const planned of examplePlan) {
    const request = withKept(planned, kept)
    const response = await send(app, request, bytes)
    if (planned.keepsBytes) bytes.set(planned.keepsBytes, response.rawPayload)
    // What this answer set going has come to rest before the next is asked.
    await context.folding.idle()
    await context.relay.flush()
    keep(planned, response.body, kept)
    const { operation, variant } = planned
    const name = variant === undefined ? operation : `${operation}.${variant}`
    recorded.push({ name, text: stable.of(textOf(request, response)) })
  }
  return recorded
}

type Response = Awaited<ReturnType<typeof send>>

async function send(app: HttpServer, planned: PlannedRequest, bytes: ReadonlyMap<string, Buffer>) {
  const { method = 'GET', path, headers, sends } = planned
  const payload = sends === undefined ? payloadOf(planned) : bytes.get(sends)
  return await app.inject({
    method,
    url: path,
    headers: {
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...headers,
      'x-correlation-id': 'example',
    },
    ...(payload !== undefined && { payload }),
  })
}

function payloadOf({ body, archive }: PlannedRequest): string | Buffer | undefined {
  if (archive) return makeZip(Object.entries(archive).map(([name, content]) => ({ name, content })))
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
}

function withKept(planned: PlannedRequest, kept: ReadonlyMap<string, string>): PlannedRequest {
  let text = JSON.stringify(planned)
  for (const [name, value] of kept) text = text.replaceAll(`{${name}}`, value)
  return JSON.parse(text)
}

function keep({ keeps = [] }: PlannedRequest, body: string, kept: Map<string, string>): void {
  for (const name of keeps) kept.set(name, String(JSON.parse(body)[name]))
}

function textOf(request: PlannedRequest, response: Response): string {
  const { method = 'GET', path, headers, body, archive, sends } = request
  const answered = shownHeaders.flatMap((name) => {
    const value = response.headers[name]
    return value === undefined ? [] : [[name, String(value)]]
  })
  const example = {
    request: {
      method,
      path,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
      ...(archive && { archive }),
      ...(sends !== undefined && { body: `(the bytes of the ${sends})` }),
    },
    response: { status: response.statusCode, headers: Object.fromEntries(answered), body: readable(response) },
  }
  return `${JSON.stringify(example, undefined, 2)}\n`
}

function readable({ headers, body }: Response): unknown {
  const type = String(headers['content-type'])
  if (/^application\/(problem\+)?json/.test(type)) return JSON.parse(body)
  if (type.startsWith('application/zstd')) return '(bytes)'
  return body === '' ? undefined : body.trimEnd().split('\n')
}

/** A manifest names inputs that have ids in them, each by its digest. */
function withoutTraceDigests(text: string): string {
  if (!text.includes('"schema": "signals.replay.v1"')) return text
  return text.replace(/\b[0-9a-f]{2}\/[0-9a-f]{64}/g, `00/${'0'.repeat(64)}`).replace(/[0-9a-f]{64}/g, '0'.repeat(64))
}

/** Ids are drawn anew at each run, and what is hashed with them differs too: each becomes its number, in order of appearance. */
class StableIds {
  readonly #numbers = new Map<string, number>()

  of(text: string): string {
    return withoutTraceDigests(text)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
        return `00000000-0000-7000-8000-${this.#numberOf(id).toString().padStart(12, '0')}`
      })
      .replace(/("etag": "\\")[0-9a-f]{32}/g, `$1${'0'.repeat(32)}`)
      .replace(/"latencyMs": \d+/g, '"latencyMs": 0')
      .replace(/("provenanceHash": "sha256:)[0-9a-f]{64}/g, `$1${'0'.repeat(64)}`)
      .replace(
        /(?<uri>"traceCasUri": "cas:\/\/runtime_traces\/)[0-9a-f]{2}\/[0-9a-f]{64}/g,
        `$<uri>00/${'0'.repeat(64)}`,
      )
      .replace(/("nextCursor": ")[^"]+/g, '$1opaque')
  }

  #numberOf(id: string): number {
    const number = this.#numbers.get(id) ?? this.#numbers.size + 1
    this.#numbers.set(id, number)
    return number
  }
}
