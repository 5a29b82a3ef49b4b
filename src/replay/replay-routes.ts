import { createReadStream } from 'node:fs'
import { finished } from 'node:stream'
import { z } from 'zod'
import { type FindSubjectDeps, findFactRow } from '../facts/find-subject.ts'
import { type FindVersionDeps, findVersion, VersionQuery } from '../facts/find-version.ts'
import { bodyStream, streamedBodies } from '../http/body-parsers.ts'
import { type ContentResponses, contentResponse } from '../http/content-responses.ts'
import { isNotModified } from '../http/etag.ts'
import type { LargeUploads } from '../http/large-uploads.ts'
import type { RoutePlugin } from '../http/route.ts'
import { validateAllButBody } from '../http/validation.ts'
import { hexOf } from '../identifiers/digest.ts'
import { type MakeBundleDeps, makeBundle } from './make-bundle.ts'
import { makeManifest } from './make-manifest.ts'
import type { Replay } from './replay-bundle.ts'
import { ReplayDocument } from './replay-documents.ts'
import { manifestBytes, ReplayManifestDocument } from './replay-manifest.ts'

export type ReplayInputsRoutesDeps = MakeBundleDeps & FindSubjectDeps & FindVersionDeps

const SubjectParams = z.object({ subjectKey: z.string().min(1) })
/** Sent as they are: the schema is for the document that describes the routes. */
const manifestResponses: Record<number, z.ZodType> = { 200: ReplayManifestDocument, 304: z.null() }

const bundleResponses: ContentResponses = { 200: contentResponse({ 'application/zstd': undefined }) }

/** What a fact was made of: named, or all of it (contracts, 2). */
export const replayInputsRoutes: RoutePlugin<ReplayInputsRoutesDeps> = async (app, deps) => {
  app.get(
    '/:subjectKey/replay-manifest',
    {
      config: { scope: 'signals:read', operation: 'getReplayManifest', work: 'expensive' },
      schema: { params: SubjectParams, querystring: VersionQuery, response: manifestResponses },
    },
    async (request, reply) => {
      const { tenant, params, query } = request
      const row = await findFactRow(deps, { tenant, name: params.subjectKey })
      const { manifest } = await makeManifest(deps, row, await findVersion(deps, row, query))
      if (isNotModified(request, reply, hexOf(manifest.manifestDigest).slice(0, 32))) return reply.code(304).send()
      return reply.type('application/json').send(manifestBytes(manifest))
    },
  )

  app.get(
    '/:subjectKey/replay-bundle',
    {
      config: { scope: 'signals:read', operation: 'getReplayBundle', work: 'expensive' },
      schema: { params: SubjectParams, querystring: VersionQuery, response: bundleResponses },
    },
    async (request, reply) => {
      const { tenant, params, query } = request
      const row = await findFactRow(deps, { tenant, name: params.subjectKey })
      const { blob } = await makeBundle(deps, row, await findVersion(deps, row, query))
      const stored = createReadStream(blob.path)
      finished(stored, () => void blob.discard())
      return reply.type('application/zstd').header('content-length', blob.storedLength).send(stored)
    },
  )
}

export interface ReplayRoutesDeps {
  readonly replay: (body: AsyncIterable<Buffer>) => Promise<Replay>
  readonly limits: { readonly replayBytes: number }
  readonly uploads: LargeUploads
}

const ReplayBundle = z.string().describe('A bundle as `GET /signals/facts/{subjectKey}/replay-bundle` gives it')
const bundleTypes = ['application/zstd', 'application/octet-stream']

/** Proves a fact from a bundle alone: whose it was, and whether this instance ever saw it, makes no difference. */
export const replayRoutes: RoutePlugin<ReplayRoutesDeps> = async (app, deps) => {
  app.setValidatorCompiler(validateAllButBody)
  streamedBodies(app, { maxBytes: deps.limits.replayBytes, uploads: deps.uploads })
  app.post(
    '/replay',
    {
      config: { scope: 'signals:read', operation: 'replay', work: 'expensive' },
      schema: { body: ReplayBundle, consumes: bundleTypes, response: { 200: ReplayDocument } },
    },
    async (request) => await deps.replay(bodyStream(request)),
  )
}
