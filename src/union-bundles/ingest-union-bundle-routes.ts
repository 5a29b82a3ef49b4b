import type { FastifyRequest } from 'fastify'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { sendAcknowledged } from '../http/acknowledged.ts'
import { bodyStream, mediaTypeOf, streamedBodies } from '../http/body-parsers.ts'
import { HttpError } from '../http/http-errors.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { LargeUploads } from '../http/large-uploads.ts'
import type { RoutePlugin } from '../http/route.ts'
import { validateAllButBody } from '../http/validation.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { checkAnalysisId } from './analysis-id.ts'
import { type IngestUnionBundleDeps, ingestUnionBundle } from './ingest-union-bundle.ts'
import { UnionBundleArchive, UnionBundleReceipt } from './union-bundle-document.ts'

/** What the log tells of a bundle that was refused. */
export interface RefusedBundle {
  readonly tenant: Tenant
  readonly code: string
  readonly status: number
}

export interface IngestUnionBundleRoutesDeps extends IngestUnionBundleDeps {
  readonly maxArchiveBytes: number
  readonly uploads: LargeUploads
  readonly onRefused: (refused: RefusedBundle) => void
  /** The fact once it holds the bundle; undefined when time runs out. */
  readonly waitForFact: (
    subject: PendingSubject,
    receiptId: string,
    waitSeconds: number,
  ) => Promise<{ version: number; digest: string; score: number } | undefined>
}

const archiveTypes = ['application/zip', 'application/x-zip-compressed', 'application/octet-stream']

/** Bundles in (contracts, 5). */
export const ingestUnionBundleRoutes: RoutePlugin<IngestUnionBundleRoutesDeps> = async (app, deps) => {
  app.setValidatorCompiler(validateAllButBody)
  app.addHook('onResponse', async ({ tenant, problemCode: code }, { statusCode: status }) => {
    if (code !== undefined) deps.onRefused({ tenant, code, status })
  })
  streamedBodies(app, { maxBytes: deps.maxArchiveBytes, uploads: deps.uploads })
  app.post(
    '',
    {
      config: { scope: 'signals:write', operation: 'ingestUnionBundle', work: 'ingest' },
      schema: {
        body: UnionBundleArchive,
        consumes: ['application/zip'],
        response: { 200: UnionBundleReceipt, 202: UnionBundleReceipt },
      },
      preParsing: requireArchive,
    },
    async (request, reply) => {
      const { tenant, correlationId, headers } = request
      const { isReplay, answer } = await ingestUnionBundle(deps, {
        tenant,
        correlationId,
        analysisId: namedId(request),
        idempotencyKey: idempotencyKeyOf(headers),
        body: bodyStream(request),
      })
      const receipt = UnionBundleReceipt.parse(answer)
      const { analysisId, receiptId, subjectKey } = receipt
      reply.header('location', `/signals/reachability/union/${analysisId}/meta`)
      const waitForFact = async (seconds: number) =>
        subjectKey === undefined ? undefined : await deps.waitForFact({ tenant, subjectKey }, receiptId, seconds)
      return await sendAcknowledged({ request, reply }, { isReplay, receipt, waitForFact })
    },
  )
}

async function requireArchive({ headers }: FastifyRequest): Promise<void> {
  const type = mediaTypeOf(headers['content-type'])
  if (type === undefined || type === '' || archiveTypes.includes(type)) return
  throw new HttpError('CONTENT_TYPE_UNSUPPORTED', `the content type must be ${archiveTypes.join(', ')}`)
}

/** An empty header was not sent. */
function namedId({ headers }: FastifyRequest): string | undefined {
  const sent = headers['x-analysis-id']?.toString() ?? ''
  return sent === '' ? undefined : checkAnalysisId(sent)
}
