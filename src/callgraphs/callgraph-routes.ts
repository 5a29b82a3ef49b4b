import { Readable } from 'node:stream'
import { z } from 'zod'
import type { CasKey } from '../cas/cas-store.ts'
import { parseCasUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import { type ContentResponses, contentResponse } from '../http/content-responses.ts'
import { isNotModified } from '../http/etag.ts'
import { decodeCursor, encodeCursor, PageQuery } from '../http/paging.ts'
import type { HttpServer, RoutePlugin } from '../http/route.ts'
import { hexOf, sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { CallgraphDocument, callgraphDocument } from './callgraph-document.ts'
import { CallgraphError } from './callgraph-errors.ts'
import type { CallgraphRecord } from './callgraph-record.ts'
import type { CallgraphRepository } from './callgraph-repository.ts'
import { graphLines } from './graph-lines.ts'

export interface CallgraphRoutesDeps {
  readonly callgraphs: CallgraphRepository
  readonly content: Content
}

const ListQuery = PageQuery.extend({
  language: z.string().optional(),
  component: z.string().optional(),
  version: z.string().optional(),
  graphHash: z.string().optional(),
  subjectKey: z.string().optional(),
  analysisId: z.string().optional(),
})
const CallgraphPage = z.object({ items: z.array(CallgraphDocument), nextCursor: z.string().optional() })
const CallgraphParams = z.object({ callgraphId: z.string().min(1).max(128) })
const listName = 'callgraphs'
const manifestResponses: ContentResponses = { 200: z.looseObject({ schema: z.string() }), 304: z.null() }
const graphResponses: ContentResponses = {
  200: contentResponse({ 'application/x-ndjson': undefined, 'application/zstd': undefined }),
  304: z.null(),
}

/** Stored graphs: their metadata, manifest and normalised form (contracts, 2). */
export const callgraphRoutes: RoutePlugin<CallgraphRoutesDeps> = async (app, deps) => {
  listRoute(app, deps)
  metadataRoute(app, deps)
  manifestRoute(app, deps)
  graphRoute(app, deps)
}

function listRoute(app: HttpServer, deps: CallgraphRoutesDeps): void {
  app.get(
    '',
    {
      config: { scope: 'signals:read', operation: 'listCallgraphs' },
      schema: { querystring: ListQuery, response: { 200: CallgraphPage } },
    },
    async ({ tenant, query }) => {
      const { limit, cursor, ...filter } = query
      const [after] = cursor === undefined ? [] : decodeCursor(listName, z.tuple([z.string()]), cursor)
      const records = await deps.callgraphs.list(tenant, filter, after, limit + 1)
      const items = records.slice(0, limit)
      const last = records.length > limit ? items.at(-1) : undefined
      return {
        items: items.map(callgraphDocument),
        ...(last && { nextCursor: encodeCursor(listName, [last.callgraphId]) }),
      }
    },
  )
}

function metadataRoute(app: HttpServer, deps: CallgraphRoutesDeps): void {
  app.get(
    '/:callgraphId',
    {
      config: { scope: 'signals:read', operation: 'getCallgraph' },
      schema: { params: CallgraphParams, response: { 200: CallgraphDocument, 304: z.null() } },
    },
    async (request, reply) => {
      const document = callgraphDocument(await find(deps, request.tenant, request.params.callgraphId))
      // Its subjects and analyses grow, so the tag is of the document, not of the graph.
      const etag = hexOf(sha256Of(canonicalBytes(document))).slice(0, 32)
      return isNotModified(request, reply, etag) ? reply.code(304).send(null) : document
    },
  )
}

function manifestRoute(app: HttpServer, deps: CallgraphRoutesDeps): void {
  app.get(
    '/:callgraphId/manifest',
    {
      config: { scope: 'signals:read', operation: 'getCallgraphManifest' },
      schema: { params: CallgraphParams, response: manifestResponses },
    },
    async (request, reply) => {
      const { tenant, manifestCasUri, manifestHash } = await find(deps, request.tenant, request.params.callgraphId)
      if (isNotModified(request, reply, hexOf(manifestHash))) return reply.code(304).send()
      const manifest = await deps.content.readNamed(keyOf(tenant, manifestCasUri), undefined, manifestHash)
      return reply.type('application/json').send(manifest)
    },
  )
}

function graphRoute(app: HttpServer, deps: CallgraphRoutesDeps): void {
  app.get(
    '/:callgraphId/graph',
    {
      config: { scope: 'signals:read', operation: 'getCallgraphGraph', work: 'expensive' },
      schema: { params: CallgraphParams, response: graphResponses },
    },
    async (request, reply) => {
      const { tenant, casUri, graphHash } = await find(deps, request.tenant, request.params.callgraphId)
      const key = keyOf(tenant, casUri)
      const isArchive = request.headers.accept?.includes('application/zstd') ?? false
      reply.header('vary', 'accept')
      const etag = isArchive ? `${hexOf(graphHash)}-zstd` : hexOf(graphHash)
      if (isNotModified(request, reply, etag)) return reply.code(304).send()
      if (isArchive) return reply.type('application/zstd').send(Readable.from(deps.content.readStored(key)))
      const lines = Readable.from(graphLines(() => deps.content.readStream(key)))
      return reply.type('application/x-ndjson').send(lines)
    },
  )
}

async function find(deps: CallgraphRoutesDeps, tenant: Tenant, callgraphId: string): Promise<CallgraphRecord> {
  const record = await deps.callgraphs.find(tenant, callgraphId)
  if (record) return record
  throw new CallgraphError('CALLGRAPH_NOT_FOUND', `there is no callgraph ${callgraphId}`)
}

function keyOf(tenant: Tenant, uri: string): CasKey {
  const key = parseCasUri(tenant, uri)
  if (key) return key
  throw new TypeError(`the record names ${uri}, which is no CAS URI`)
}
