import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { sendAcknowledged } from '../http/acknowledged.ts'
import { strictJsonBodies } from '../http/body-parsers.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { RoutePlugin } from '../http/route.ts'
import { sha256Of } from '../identifiers/digest.ts'
import { RuntimeFactsReceipt } from './runtime-facts-document.ts'
import { headerOf } from './streamed-query.ts'
import { ingestSyntheticFacts, type SyntheticBatchDeps, SyntheticBody } from './synthetic-batch.ts'

export interface SyntheticRoutesDeps extends SyntheticBatchDeps {
  readonly limits: { readonly jsonBodyBytes: number; readonly nestingDepth: number }
  readonly waitForFact: (subject: PendingSubject, receiptId: string, waitSeconds: number) => Promise<object | undefined>
}

/** Smoke tests without an observer (contracts, 2). */
export const syntheticRoutes: RoutePlugin<SyntheticRoutesDeps> = async (app, deps) => {
  const { jsonBodyBytes, nestingDepth } = deps.limits
  strictJsonBodies(app, { maxBytes: jsonBodyBytes, maxDepth: nestingDepth })
  app.post(
    '/synthetic',
    {
      config: { scope: 'signals:admin', operation: 'ingestSyntheticFacts', work: 'ingest' },
      schema: { body: SyntheticBody, response: { 200: RuntimeFactsReceipt, 202: RuntimeFactsReceipt } },
    },
    async (request, reply) => {
      const { tenant, body, headers, correlationId, bodyDigest = sha256Of('') } = request
      const idempotencyKey = idempotencyKeyOf(headers)
      const agentInstance = headerOf(headers, 'x-agent-instance')
      const synthetic = { tenant, body, idempotencyKey, agentInstance, correlationId, bodyDigest }
      const { isReplay, answer } = await ingestSyntheticFacts(deps, synthetic)
      const receipt = RuntimeFactsReceipt.parse(answer)
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
