import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isNotModified } from '../http/etag.ts'
import { decodeCursor, encodeCursor, PageQuery } from '../http/paging.ts'
import type { RoutePlugin } from '../http/route.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { parseTimestamp } from '../identifiers/timestamp.ts'
import type { BlobAccess } from './blob-access.ts'
import { cleanName } from './clean-name.ts'
import {
  Bucket,
  FactDocument,
  FactSummaryDocument,
  pageOfDocuments,
  RuntimeFactDocument,
  StateDocument,
  Verdict,
} from './fact-documents.ts'
import type { FactRepository } from './fact-repository.ts'
import { type FindSubjectDeps, findBySubject, findFactRow } from './find-subject.ts'
import { type FindVersionDeps, findVersion, VersionQuery } from './find-version.ts'
import { pageOfRuntimeFacts, pageOfStates } from './page-of-fact.ts'
import type { PresentedFact } from './present-fact.ts'
import { presentVersion } from './present-version.ts'

export interface FactRoutesDeps extends FindSubjectDeps, FindVersionDeps {
  readonly facts: Pick<FactRepository, 'find' | 'findByAlias' | 'list'>
  /** By key alone; a cache may stand in front. */
  readonly readFact: (tenant: Tenant, subjectKey: string) => Promise<PresentedFact | undefined>
  readonly blobs: (tenant: Tenant) => Pick<BlobAccess, 'readBlob'>
}

const Share = z
  .string()
  .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'is a number from 0 to 1')
  .transform(Number)

const Timestamp = z.string().transform((text, context) => {
  const parsed = parseTimestamp(text)
  if (parsed === undefined) context.addIssue('is no RFC 3339 time with an offset')
  return parsed
})

const FactsQuery = PageQuery.extend({
  subjectKey: z.string().min(1).optional().describe('answers with that fact, as its own address does'),
  callgraphId: z.string().optional(),
  bucket: Bucket.optional().describe('of any of its states'),
  verdict: Verdict.optional().describe('its own, or that of any of its states'),
  minScore: Share.optional(),
  updatedAfter: Timestamp.optional(),
})
const StatesQuery = PageQuery.extend({
  bucket: Bucket.optional(),
  verdict: Verdict.optional(),
  target: z.string().optional(),
})
const SubjectParams = z.object({ subjectKey: z.string().min(1) })

/** Sent as they are stored: the schema is for the document that describes the routes. */
const factResponses: Record<number, z.ZodType> = { 200: FactDocument, 304: z.null() }
const listResponses: Record<number, z.ZodType> = {
  200: z.union([pageOfDocuments(FactSummaryDocument), FactDocument]),
  304: z.null(),
}

/** Facts: listed, one by one, and their long lists page by page (contracts, 2 and 6). */
export const factRoutes: RoutePlugin<FactRoutesDeps> = async (app, deps) => {
  app.get(
    '',
    {
      config: { scope: 'signals:read', operation: 'listFacts' },
      schema: { querystring: FactsQuery, response: listResponses },
    },
    async (request, reply) => {
      const { subjectKey } = request.query
      if (subjectKey !== undefined) return sendFact(deps, { request, reply, name: subjectKey })
      return listFacts(deps, request.tenant, request.query)
    },
  )

  app.get(
    '/:subjectKey',
    {
      config: { scope: 'signals:read', operation: 'getFact' },
      schema: { params: SubjectParams, querystring: VersionQuery, response: factResponses },
    },
    async (request, reply) => {
      const asked = { request, reply, name: request.params.subjectKey }
      const { version, digest } = request.query
      const isLast = version === undefined && digest === undefined
      return isLast ? await sendFact(deps, asked) : await sendVersion(deps, asked, request.query)
    },
  )

  app.get(
    '/:subjectKey/states',
    {
      config: { scope: 'signals:read', operation: 'listStates' },
      schema: { params: SubjectParams, querystring: StatesQuery, response: { 200: pageOfDocuments(StateDocument) } },
    },
    async ({ tenant, params, query }) => {
      const row = await findFactRow(deps, { tenant, name: params.subjectKey })
      return pageOfStates(deps.blobs(tenant), row, query)
    },
  )

  app.get(
    '/:subjectKey/runtime-facts',
    {
      config: { scope: 'signals:read', operation: 'listRuntimeFacts' },
      schema: {
        params: SubjectParams,
        querystring: StatesQuery,
        response: { 200: pageOfDocuments(RuntimeFactDocument) },
      },
    },
    async ({ tenant, params, query }) => {
      const row = await findFactRow(deps, { tenant, name: params.subjectKey })
      return pageOfRuntimeFacts(deps.blobs(tenant), row, query)
    },
  )
}

interface AskedFact {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly name: string
}

async function sendFact(deps: FactRoutesDeps, { request, reply, name }: AskedFact): Promise<FastifyReply> {
  const { tenant } = request
  const key = cleanName(name)
  const [asKey, fact] = await Promise.all([
    // Counted first: what is folded meanwhile is then in the fact and still told as pending, rather than neither.
    deps.queue.countPending({ tenant, subjectKey: key }),
    findBySubject(deps, { tenant, name }, (subjectKey) => deps.readFact(tenant, subjectKey)),
  ])
  const { subjectKey } = fact
  const pending = subjectKey === key ? asKey : await deps.queue.countPending({ tenant, subjectKey })
  reply.header('signals-pending', String(pending))
  if (isNotModified(request, reply, fact.etag)) return reply.code(304).send()
  return reply.type('application/json').send(fact.bytes)
}

async function sendVersion(
  deps: FactRoutesDeps,
  { request, reply, name }: AskedFact,
  query: VersionQuery,
): Promise<FastifyReply> {
  const { tenant } = request
  const row = await findFactRow(deps, { tenant, name })
  const version = await findVersion(deps, row, query)
  if (version.version === row.version) return await sendFact(deps, { request, reply, name: row.subjectKey })
  const fact = await presentVersion(deps.blobs(tenant), { tenant, subjectKey: row.subjectKey, version })
  if (isNotModified(request, reply, fact.etag)) return reply.code(304).send()
  return reply.type('application/json').send(fact.bytes)
}

const listName = 'facts'

async function listFacts(deps: FactRoutesDeps, tenant: Tenant, query: z.infer<typeof FactsQuery>) {
  const { limit, cursor, subjectKey: _, ...filter } = query
  const [after] = cursor === undefined ? [] : decodeCursor(listName, z.tuple([z.string()]), cursor)
  const summaries = await deps.facts.list(tenant, filter, after, limit + 1)
  const items = summaries.slice(0, limit)
  const last = summaries.length > limit ? items.at(-1) : undefined
  return { items, ...(last && { nextCursor: encodeCursor(listName, [last.subjectKey]) }) }
}
