import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { bodyStream, streamedBodies } from '../http/body-parsers.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { LargeUploads } from '../http/large-uploads.ts'
import { preferenceApplied, preferredWait } from '../http/prefer.ts'
import type { RoutePlugin } from '../http/route.ts'
import { validateAllButBody } from '../http/validation.ts'
import { CallgraphReceipt } from './callgraph-document.ts'
import { callgraphBody, callgraphQuery } from './callgraph-upload.ts'
import { type IngestCallgraphDeps, ingestCallgraph } from './ingest-callgraph.ts'
import { readUpload, type UploadLimits } from './read-upload.ts'

export interface IngestCallgraphRoutesDeps extends IngestCallgraphDeps {
  readonly limits: UploadLimits & { readonly rawBodyBytes: number }
  readonly uploads: LargeUploads
  /** The fact once it holds the evidence; undefined when time runs out. */
  readonly waitForFact: (
    subject: PendingSubject,
    receiptId: string,
    waitSeconds: number,
  ) => Promise<{ version: number; digest: string; score: number } | undefined>
}

const response = { 200: CallgraphReceipt, 202: CallgraphReceipt }
/** Any other is read as well: what a graph is is told by its content. */
const graphTypes = ['application/json', 'application/x-ndjson', 'application/octet-stream', 'text/plain']

/** Graphs in, by either way (contracts, 3). */
export const ingestCallgraphRoutes: RoutePlugin<IngestCallgraphRoutesDeps> = async (app, deps) => {
  app.setValidatorCompiler(validateAllButBody)
  streamedBodies(app, { maxBytes: deps.limits.rawBodyBytes, uploads: deps.uploads })
  app.post(
    '',
    {
      config: { scope: 'signals:write', operation: 'ingestCallgraph', work: 'ingest' },
      schema: { querystring: callgraphQuery, body: callgraphBody, consumes: graphTypes, response },
    },
    async (request, reply) => {
      const { tenant, query, headers } = request
      const callgraph = await readUpload({
        tenant,
        query,
        headers,
        body: bodyStream(request),
        idempotencyKey: idempotencyKeyOf(headers),
        limits: deps.limits,
      })
      const { isReplay, answer } = await ingestCallgraph(deps, callgraph)
      const receipt = CallgraphReceipt.parse(answer)
      reply.header('location', `/signals/callgraphs/${receipt.callgraphId}`)
      if (isReplay) return reply.code(200).header('idempotent-replay', 'true').send(receipt)
      const waitSeconds = preferredWait(headers)
      if (receipt.subjectKey === undefined || waitSeconds === undefined) return reply.code(202).send(receipt)
      const fact = await deps.waitForFact({ tenant, subjectKey: receipt.subjectKey }, receipt.receiptId, waitSeconds)
      reply.header('preference-applied', preferenceApplied(waitSeconds, fact !== undefined))
      return reply.code(202).send({ ...receipt, ...(fact && { fact }) })
    },
  )
}
