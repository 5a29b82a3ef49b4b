import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Content } from '../cas/content.ts'
import { partOfContent } from '../cas/part-of-content.ts'
import { requestedRange } from '../http/byte-range.ts'
import { type ContentResponses, contentResponse } from '../http/content-responses.ts'
import { isNotModified } from '../http/etag.ts'
import type { RoutePlugin } from '../http/route.ts'
import { type Digest, hexOf, sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type BundleFileName, bundleFileNamed } from './bundle-file-name.ts'
import { bundleFileKey } from './store-bundle.ts'
import { UnionBundleError } from './union-bundle-errors.ts'
import type { UnionBundleRecord } from './union-bundle-record.ts'
import type { UnionBundleRepository } from './union-bundle-repository.ts'

export interface UnionBundleRoutesDeps {
  readonly bundles: Pick<UnionBundleRepository, 'find'>
  readonly content: Pick<Content, 'readStream'>
}

const BundleParams = z.object({ analysisId: z.string().min(1).max(128) })
const Meta = z.looseObject({ schema: z.string() })
const metaResponses: ContentResponses = { 200: Meta, 304: z.null() }
const fileTypes = { 'application/x-ndjson': undefined, 'application/json': Meta }
const fileResponses: ContentResponses = {
  200: contentResponse(fileTypes),
  // Part of a document is none, whatever it is part of.
  206: contentResponse({ 'application/x-ndjson': undefined, 'application/json': undefined }, 'The bytes asked for'),
  304: z.null(),
}
const FileParams = BundleParams.extend({ fileName: z.string().min(1).max(128) })

/** Stored bundles: what they say of themselves, and their files (contracts, 2). */
export const unionBundleRoutes: RoutePlugin<UnionBundleRoutesDeps> = async (app, deps) => {
  app.get(
    '/:analysisId/meta',
    {
      config: { scope: 'signals:read', operation: 'getUnionBundleMeta' },
      schema: { params: BundleParams, response: metaResponses },
    },
    async (request, reply) => {
      const { meta } = await findBundle(deps, request.tenant, request.params.analysisId)
      if (isNotModified(request, reply, hexOf(sha256Of(meta)))) return reply.code(304).send()
      return reply.type('application/json').send(Buffer.from(meta))
    },
  )

  app.get(
    '/:analysisId/files/:fileName',
    {
      config: { scope: 'signals:read', operation: 'getUnionBundleFile', work: 'expensive' },
      schema: { params: FileParams, response: fileResponses },
    },
    async (request, reply) => {
      const { tenant, params } = request
      const bundle = await findBundle(deps, tenant, params.analysisId)
      const { name, digest, length } = fileOf(bundle, params.fileName)
      const etag = hexOf(digest)
      if (isNotModified(request, reply, etag)) return reply.code(304).send()
      const range = requestedRange(request, reply, { length, etag })
      const whole = deps.content.readStream(bundleFileKey(tenant, bundle.analysisId, name), digest)
      const bytes = range ? partOfContent(whole, range) : whole
      return reply.type(name === 'meta.json' ? 'application/json' : 'application/x-ndjson').send(Readable.from(bytes))
    },
  )
}

async function findBundle(deps: UnionBundleRoutesDeps, tenant: Tenant, analysisId: string): Promise<UnionBundleRecord> {
  const bundle = await deps.bundles.find(tenant, analysisId)
  // One that is not whole was never acknowledged.
  if (bundle?.answer) return bundle
  throw new UnionBundleError('UNION_BUNDLE_NOT_FOUND', `there is no bundle ${analysisId}`)
}

interface NamedFile {
  readonly name: BundleFileName
  readonly digest: Digest
  readonly length: number
}

function fileOf({ analysisId, files, meta }: UnionBundleRecord, fileName: string): NamedFile {
  const name = bundleFileNamed(fileName)
  if (name === 'meta.json') return { name, digest: sha256Of(meta), length: Buffer.byteLength(meta) }
  const file = files.find(({ path }) => path === name)
  if (file) return { name: file.path, digest: file.sha256, length: file.bytes }
  throw new UnionBundleError('UNION_FILE_NOT_FOUND', `the bundle ${analysisId} has no file ${fileName}`)
}
