import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import type { Violation } from '../errors.ts'
import { HttpError } from '../http/http-errors.ts'
import { readWhole } from '../http/request-body.ts'
import { violationsOf } from '../http/violations.ts'
import { sha256Of } from '../identifiers/digest.ts'
import { type IdentifiedSubject, identifySubject, type SubjectInput } from '../identifiers/subject.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { parseStrictJson } from '../lib/strict-json.ts'
import { CallgraphError } from './callgraph-errors.ts'
import {
  analysisIdSchema,
  type CallgraphEnvelope,
  type CallgraphQuery,
  type CallgraphUpload,
  callgraphEnvelope,
} from './callgraph-upload.ts'
import type { CallgraphRequest } from './ingest-callgraph.ts'

export interface UploadRequest {
  readonly tenant: Tenant
  readonly query: CallgraphQuery
  readonly headers: IncomingHttpHeaders
  readonly body: AsyncIterable<Buffer>
  readonly idempotencyKey: string | undefined
  readonly limits: UploadLimits
}

export interface UploadLimits {
  readonly jsonBodyBytes: number
  readonly nestingDepth: number
  readonly requestTargets: number
}

/** The upload that a request carries: the body itself where the query names a language, else a JSON envelope. */
export async function readUpload(request: UploadRequest): Promise<CallgraphRequest> {
  return request.query.language === undefined ? await readEnvelope(request) : readRaw(request)
}

function readRaw({ tenant, query, headers, body, idempotencyKey, limits }: UploadRequest): CallgraphRequest {
  const { language, component, version } = query
  if (!language || !component || !version)
    throw invalidQuery(
      language ? (component ? '/version' : '/component') : '/language',
      'a raw graph names language, component and version in its query',
    )
  requireFewTargets(limits, query.target, (message) => invalidQuery('/target', message))
  const analysisId = query.analysisId ?? analysisIdOf(headers)
  const subject = subjectOfQuery(query)
  const upload: CallgraphUpload = {
    tenant,
    language,
    component,
    version,
    format: query.format ?? 'auto',
    ...(query.root !== undefined && { root: query.root }),
    closedWorld: query.closedWorld === 'true',
    entryPoints: query.entryPoint ?? [],
    targets: query.target ?? [],
    ...(query.analyzer !== undefined && {
      analyzer: analyzerOf({ name: query.analyzer, version: query.analyzerVersion, algorithm: query.algorithm }),
    }),
    ...(analysisId !== undefined && { analysisId }),
    ...(subject && { subject }),
    content: body,
  }
  return { upload, idempotencyKey, parameters: { ...query, analysisId } }
}

async function readEnvelope({
  tenant,
  query,
  headers,
  body,
  idempotencyKey,
  limits,
}: UploadRequest): Promise<CallgraphRequest> {
  const [stray] = Object.keys(query)
  if (stray !== undefined)
    throw invalidQuery('/language', `the query has "${stray}" but no language: a raw graph names its language there`)
  const bytes = await readWhole(body, { maxBytes: limits.jsonBodyBytes })
  if (bytes.length === 0)
    throw invalid('the body is empty: send a JSON envelope, or a graph with its language in the query')
  const envelope = checked(callgraphEnvelope, parseStrictJson(bytes, { maxDepth: limits.nestingDepth }))
  requireFewTargets(
    limits,
    envelope.targets,
    (message) => new HttpError('REQUEST_INVALID', message, at('/targets', message)),
  )
  const subject = envelope.subject ? identifySubject(withoutNulls(envelope.subject)) : undefined
  const upload = uploadOf(tenant, envelope, subject, envelope.analysisId ?? analysisIdOf(headers))
  return { upload, idempotencyKey, parameters: {}, bodyDigest: sha256Of(bytes) }
}

function uploadOf(
  tenant: Tenant,
  envelope: CallgraphEnvelope,
  subject: IdentifiedSubject | undefined,
  analysisId: string | undefined,
): CallgraphUpload {
  const { language, component, version, format, root, metadata, analyzer } = envelope
  return {
    tenant,
    language,
    component,
    version,
    format: format ?? 'auto',
    ...(root != null && { root }),
    closedWorld: envelope.closedWorld ?? false,
    entryPoints: envelope.entryPoints ?? [],
    targets: envelope.targets ?? [],
    ...(analyzer && { analyzer: analyzerOf(withoutNulls(analyzer)) }),
    ...(metadata && { metadata }),
    ...(analysisId !== undefined && { analysisId }),
    ...(subject && { subject }),
    content: decoded(envelope.artifactContentBase64),
  }
}

/** RFC 4648, 4: the standard alphabet with padding, and nothing that a lenient decoder would pass over. */
function decoded(base64: string): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== base64) {
    throw new CallgraphError('CALLGRAPH_MALFORMED', 'artifactContentBase64 is not base64 with padding, or is empty', {
      violations: [
        { code: 'base64', message: 'is not base64 with padding, or is empty', pointer: '/artifactContentBase64' },
      ],
    })
  }
  return oneChunk(bytes)
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function requireFewTargets(
  { requestTargets }: UploadLimits,
  targets: readonly string[] | null | undefined,
  refusal: (message: string) => HttpError,
): void {
  if ((targets?.length ?? 0) > requestTargets) throw refusal(`a request names at most ${requestTargets} targets`)
}

function at(pointer: string, message: string): { readonly violations: readonly Violation[] } {
  return { violations: [{ code: 'custom', message, pointer }] }
}

const subjectPlaces = {
  scanId: '/scanId',
  imageDigest: '/imageDigest',
  component: '/subjectComponent',
  version: '/subjectVersion',
}

function subjectOfQuery(query: CallgraphQuery): IdentifiedSubject | undefined {
  const { scanId, imageDigest, subjectComponent: component, subjectVersion: version } = query
  const input: SubjectInput = { scanId, imageDigest, component, version }
  const isNamed = Object.values(input).some((part) => part !== undefined)
  return isNamed ? identifySubject(input, subjectPlaces) : undefined
}

function analyzerOf(parts: { name: string; version?: string | undefined; algorithm?: string | undefined }) {
  const { name, version, algorithm } = parts
  return { name, ...(version !== undefined && { version }), ...(algorithm !== undefined && { algorithm }) }
}

function analysisIdOf(headers: IncomingHttpHeaders): string | undefined {
  const sent = headers['x-analysis-id']
  if (sent === undefined || sent === '') return undefined
  if (analysisIdSchema.safeParse(sent).success) return sent.toString()
  throw invalid('X-Analysis-Id is 8 to 128 of letters, digits, ".", "_" and "-", and begins with a letter or digit')
}

function withoutNulls<Value extends object>(value: Value): { [Name in keyof Value]: Exclude<Value[Name], null> } {
  const entries = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(entries) as { [Name in keyof Value]: Exclude<Value[Name], null> }
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const outcome = schema.safeParse(value)
  if (outcome.success) return outcome.data
  const violations = violationsOf(outcome.error.issues)
  const [first] = violations
  const place = first?.pointer ? `body ${first.pointer}` : 'body'
  throw new HttpError('REQUEST_INVALID', `${place}: ${first?.message ?? 'is not valid'}`, {
    violations,
  })
}

function invalidQuery(pointer: string, message: string): HttpError {
  return new HttpError('QUERY_INVALID', message, at(pointer, message))
}

function invalid(message: string): HttpError {
  return new HttpError('REQUEST_INVALID', message)
}
