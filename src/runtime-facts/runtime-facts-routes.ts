import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Acknowledgement } from '../evidence/idempotency.ts'
import { bodyStream, mediaTypeOf, streamedBodies } from '../http/body-parsers.ts'
import { HttpError } from '../http/http-errors.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { LargeUploads } from '../http/large-uploads.ts'
import { preferenceApplied, preferredWait } from '../http/prefer.ts'
import type { HttpServer, RoutePlugin } from '../http/route.ts'
import { validateAllButBody } from '../http/validation.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import {
  type IngestRuntimeFactsDeps,
  ingestStreamedFacts,
  ingestStructuredFacts,
  type RuntimeFactsRequest,
  streamedFactsScope,
} from './ingest-runtime-facts.ts'
import { RuntimeFactsBody, RuntimeFactsReceipt, RuntimeFactsStream } from './runtime-facts-document.ts'
import { envelopeOf, headerOf, StreamedQuery } from './streamed-query.ts'

/** What the log tells of a batch that was refused as a whole. */
export interface RefusedBatch {
  readonly tenant: Tenant
  readonly code: string
  readonly status: number
}

export interface RuntimeFactsRoutesDeps extends IngestRuntimeFactsDeps {
  readonly limits: IngestRuntimeFactsDeps['limits'] & { readonly jsonBodyBytes: number; readonly rawBodyBytes: number }
  readonly uploads: LargeUploads
  /** Told of every request of which nothing was kept. */
  readonly onRefused: (refused: RefusedBatch) => void
  /** The fact once it holds the batch; undefined when time runs out. */
  readonly waitForFact: (
    subject: PendingSubject,
    receiptId: string,
    waitSeconds: number,
  ) => Promise<{ version: number; digest: string; score: number } | undefined>
}

const config = { scope: 'signals:write', work: 'ingest' } as const
const response = { 200: RuntimeFactsReceipt, 202: RuntimeFactsReceipt }
const streamTypes = [
  'application/x-ndjson',
  'application/ndjson',
  'application/json',
  'application/octet-stream',
  'text/plain',
]

/** Observations in, as one document or as a stream (contracts, 4). */
export const runtimeFactsRoutes: RoutePlugin<RuntimeFactsRoutesDeps> = async (app, deps) => {
  app.setValidatorCompiler(validateAllButBody)
  app.addHook('onResponse', async ({ tenant, problemCode: code }, { statusCode: status }) => {
    if (code !== undefined) deps.onRefused({ tenant, code, status })
  })
  await app.register(async (scope: HttpServer) => structuredRoute(scope, deps))
  await app.register(async (scope: HttpServer) => streamedRoute(scope, deps))
}

function structuredRoute(app: HttpServer, deps: RuntimeFactsRoutesDeps): void {
  streamedBodies(app, { maxBytes: deps.limits.jsonBodyBytes, uploads: deps.uploads })
  app.post(
    '',
    {
      config: { ...config, operation: 'ingestRuntimeFacts' },
      schema: { body: RuntimeFactsBody, response },
      preParsing: (request) => requireType(request, ['application/json']),
    },
    async (request, reply) => {
      const source = headerOf(request.headers, 'x-source')
      const structured = { ...requestOf(request, 'POST /signals/runtime-facts'), source }
      return answer(deps, { request, reply }, await ingestStructuredFacts(deps, structured))
    },
  )
}

function streamedRoute(app: HttpServer, deps: RuntimeFactsRoutesDeps): void {
  streamedBodies(app, { maxBytes: deps.limits.rawBodyBytes, uploads: deps.uploads })
  app.post(
    '/ndjson',
    {
      config: { ...config, operation: 'ingestRuntimeFactStream' },
      schema: { querystring: StreamedQuery, body: RuntimeFactsStream, consumes: streamTypes, response },
      preParsing: (request) => requireType(request, streamTypes),
    },
    async (request, reply) => {
      const said = envelopeOf(request.query, request.headers)
      const isStrict = request.query.strict === 'true'
      const streamed = {
        ...requestOf(request, streamedFactsScope),
        said,
        isStrict,
        format: request.query.format,
      }
      return answer(deps, { request, reply }, await ingestStreamedFacts(deps, streamed))
    },
  )
}

async function requireType({ headers }: FastifyRequest, allowed: readonly string[]): Promise<void> {
  const type = mediaTypeOf(headers['content-type'])
  if (type === undefined || type === '' || allowed.includes(type)) return
  throw new HttpError('CONTENT_TYPE_UNSUPPORTED', `the content type must be ${allowed.join(', ')}`)
}

function requestOf(request: FastifyRequest, scope: string): RuntimeFactsRequest {
  const { tenant, correlationId, headers } = request
  return {
    tenant,
    scope,
    idempotencyKey: idempotencyKeyOf(headers),
    agentInstance: headerOf(headers, 'x-agent-instance'),
    correlationId,
    body: bodyStream(request),
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

async function answer(
  deps: RuntimeFactsRoutesDeps,
  { request, reply }: Exchange,
  acknowledged: Acknowledgement,
): Promise<FastifyReply> {
  const receipt = RuntimeFactsReceipt.parse(acknowledged.answer)
  if (acknowledged.isReplay) return reply.code(200).header('idempotent-replay', 'true').send(receipt)
  const waitSeconds = preferredWait(request.headers)
  if (waitSeconds === undefined) return reply.code(202).send(receipt)
  const subject = { tenant: request.tenant, subjectKey: receipt.subjectKey }
  const fact = await deps.waitForFact(subject, receipt.receiptId, waitSeconds)
  reply.header('preference-applied', preferenceApplied(waitSeconds, fact !== undefined))
  return reply.code(202).send({ ...receipt, ...(fact && { fact }) })
}
