import { sendAcknowledged } from '../http/acknowledged.ts'
import { strictJsonBodies } from '../http/body-parsers.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { LargeUploads } from '../http/large-uploads.ts'
import type { RoutePlugin } from '../http/route.ts'
import { type RecomputeDeps, requestRecompute } from './recompute.ts'
import { type RecomputeLimits, RecomputeReceipt, recomputeBody } from './recompute-document.ts'
import type { WaitForFact } from './wait-for-fact.ts'

export interface RecomputeRoutesDeps extends RecomputeDeps {
  readonly limits: RecomputeLimits & { readonly jsonBodyBytes: number; readonly nestingDepth: number }
  readonly uploads: LargeUploads
  readonly waitForFact: WaitForFact
}

/** Recomputes on demand (contracts, 2). */
export const recomputeRoutes: RoutePlugin<RecomputeRoutesDeps> = async (app, deps) => {
  const { jsonBodyBytes, nestingDepth } = deps.limits
  strictJsonBodies(app, { maxBytes: jsonBodyBytes, maxDepth: nestingDepth, uploads: deps.uploads })
  app.post(
    '/recompute',
    {
      config: { scope: 'signals:admin', operation: 'requestRecompute', work: 'ingest' },
      schema: { body: recomputeBody(deps.limits), response: { 200: RecomputeReceipt, 202: RecomputeReceipt } },
    },
    async (request, reply) => {
      const { tenant, body, headers, bodyDigest = '' } = request
      const idempotencyKey = idempotencyKeyOf(headers)
      const { isReplay, answer } = await requestRecompute(deps, {
        tenant,
        body,
        idempotencyKey,
        fingerprint: bodyDigest,
      })
      const receipt = RecomputeReceipt.parse(answer)
      const { subjectKey, receiptId } = receipt
      return await sendAcknowledged(
        { request, reply },
        {
          isReplay,
          receipt,
          waitForFact: (seconds) => deps.waitForFact({ tenant, subjectKey }, receiptId, seconds),
        },
      )
    },
  )
}
