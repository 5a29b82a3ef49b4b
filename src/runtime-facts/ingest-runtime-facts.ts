import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Acknowledgement, headerKey } from '../evidence/idempotency.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type JsonLimits, parseStrictJson } from '../lib/strict-json.ts'
import { type AcknowledgeBatchDeps, acknowledgeBatch } from './acknowledge-batch.ts'
import { type SaidEnvelope, settleEnvelope } from './batch-envelope.ts'
import { checkEvent } from './check-event.ts'
import { DigestedBody } from './digested-body.ts'
import { EventBatch } from './event-batch.ts'
import { readEnvelope } from './read-envelope.ts'
import type { ReadEvent } from './read-event.ts'
import { readEvents } from './read-events.ts'
import { detectTool, type StreamFormat } from './tools/detect-tool.ts'
import { type ReadLocatedDeps, readLocated, type ToolSummary } from './tools/read-located.ts'

export interface IngestRuntimeFactsDeps extends AcknowledgeBatchDeps, Pick<ReadLocatedDeps, 'locateOutput'> {
  readonly limits: { readonly maxLineBytes: number; readonly maxDepth: number; readonly maxSymbols: number }
}

/** Where the keys of streamed batches are unique. */
export const streamedFactsScope = 'POST /signals/runtime-facts/ndjson'

/** What every way of posting runtime facts has in common. */
export interface RuntimeFactsRequest {
  readonly tenant: Tenant
  /** Method, route pattern and path parameters: where a key is unique. */
  readonly scope: string
  readonly idempotencyKey: string | undefined
  readonly agentInstance: string | undefined
  readonly correlationId: string
  /** Decompressed. */
  readonly body: AsyncIterable<Buffer>
}

export interface StreamedFactsRequest extends RuntimeFactsRequest {
  /** From the query, or from headers. */
  readonly said: SaidEnvelope
  readonly isStrict: boolean
  /** Events where absent; `auto` is told by the content. */
  readonly format?: StreamFormat | 'auto' | undefined
}

export interface StructuredFactsRequest extends RuntimeFactsRequest {
  /** `X-Source`: who observed, where the envelope's metadata does not say. */
  readonly source: string | undefined
}

/** NDJSON or a JSON array: good events are kept and bad ones listed in the receipt, unless the client wants all or nothing. */
export async function ingestStreamedFacts(
  deps: IngestRuntimeFactsDeps,
  request: StreamedFactsRequest,
): Promise<Acknowledgement> {
  const envelope = settleEnvelope(request.said)
  deps.admitFold()
  using _held = holdHeaderKey(deps, request)
  const body = new DigestedBody(request.body)
  await using batch = newBatch(deps)
  const { format, chunks } = await settleFormat(request, body)
  const { tenant } = request
  const { callgraphId } = envelope
  const toolSummary = await addObserved(deps, { tenant, callgraphId, format, chunks }, batch)
  batch.requireKept(request)
  const bodyDigest = body.digest()
  return await acknowledgeBatch(deps, { ...request, format, envelope, batch, bodyDigest, toolSummary })
}

async function settleFormat({ format = 'signals' }: StreamedFactsRequest, body: AsyncIterable<Buffer>) {
  return format === 'auto' ? await detectTool(body) : { format, chunks: body }
}

interface ObservedBody {
  readonly tenant: Tenant
  readonly callgraphId: string
  readonly format: StreamFormat
  readonly chunks: AsyncIterable<Buffer>
}

/** Our own events as they come; a tool's output once all of it is known, since only then can it be matched with the graph. */
async function addObserved(
  deps: IngestRuntimeFactsDeps,
  { tenant, callgraphId, format, chunks }: ObservedBody,
  batch: EventBatch,
): Promise<ToolSummary | undefined> {
  if (format === 'signals') {
    for await (const events of readEvents(deps.limits, chunks)) await batch.add(events)
    return undefined
  }
  const { events, summary } = await readLocated(deps, { tenant, callgraphId, tool: format, chunks })
  for (const some of events) await batch.add(some)
  return summary
}

/** One JSON document with its own envelope: all of it is kept, or nothing. */
export async function ingestStructuredFacts(
  deps: IngestRuntimeFactsDeps,
  request: StructuredFactsRequest,
): Promise<Acknowledgement> {
  deps.admitFold()
  using _held = holdHeaderKey(deps, request)
  const body = new DigestedBody(request.body)
  const { said, events } = readEnvelope(await readDocument(body, deps.limits))
  const envelope = settleEnvelope({ ...said, source: request.source })
  await using batch = newBatch(deps)
  for (const slice of slices(events)) {
    await batch.add(slice)
    await nextTurn()
  }
  batch.requireKept({ isStrict: true })
  const bodyDigest = body.digest()
  return await acknowledgeBatch(deps, { ...request, isStrict: true, format: 'signals', envelope, batch, bodyDigest })
}

/** Before the body is read: a repeat that arrives while the first is still being read is told so at once. */
function holdHeaderKey({ gate }: IngestRuntimeFactsDeps, request: RuntimeFactsRequest): Disposable | undefined {
  const { tenant, scope, idempotencyKey } = request
  return idempotencyKey === undefined ? undefined : gate.hold(tenant, scope, headerKey(idempotencyKey))
}

function newBatch({ content, limits }: IngestRuntimeFactsDeps): EventBatch {
  return new EventBatch({ staging: content.staging, limits })
}

async function readDocument(body: AsyncIterable<Buffer>, limits: JsonLimits): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  // No body at all is an envelope without members, and its first missing member is what the client is told.
  return bytes.byteLength === 0 ? {} : parseStrictJson(bytes, limits)
}

const eventsPerTurn = 1000

/** In slices, so that a large document does not hold up other requests while its events are checked. */
function* slices(events: readonly unknown[]): Generator<ReadEvent[]> {
  for (let start = 0; start < events.length; start += eventsPerTurn) {
    yield events.slice(start, start + eventsPerTurn).map((event, offset) => readElement(event, start + offset))
  }
}

function readElement(value: unknown, position: number): ReadEvent {
  const checked = checkEvent(value)
  if ('event' in checked) return checked
  const { code, message, pointer } = checked.violation
  return { violation: { code, message, pointer: `/events/${position}${pointer}` }, text: '' }
}
