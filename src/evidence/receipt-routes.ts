import { z } from 'zod'
import { isNotModified } from '../http/etag.ts'
import type { RoutePlugin } from '../http/route.ts'
import { hexOf, sha256Of } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { EvidenceError } from './evidence-errors.ts'
import type { EvidenceQueue, StoredReceipt } from './evidence-queue.ts'

export interface ReceiptRoutesDeps {
  readonly queue: Pick<EvidenceQueue, 'findReceipt'>
}

const ReceiptDocument = z
  .looseObject({
    receiptId: z.string(),
    kind: z.enum(['callgraph', 'runtime', 'recompute', 'unknowns']),
    state: z.enum(['pending', 'folded']),
    factVersion: z.int().optional().describe('the first version of the fact that holds it'),
    refused: z
      .array(
        z.object({
          line: z.int(),
          byteOffset: z.int(),
          code: z.string(),
          message: z.string(),
          text: z.string().describe('how the line begins'),
        }),
      )
      .describe('the first 1,000'),
    refusedTotal: z.int(),
  })
  .describe('The members of the answer that acknowledged the batch, and what became of it')

/** What became of a batch (contracts, 2). */
export const receiptRoutes: RoutePlugin<ReceiptRoutesDeps> = async (app, { queue }) => {
  app.get(
    '/:receiptId',
    {
      config: { scope: 'signals:read', operation: 'getReceipt' },
      schema: {
        params: z.object({ receiptId: z.string().min(1).max(128) }),
        response: { 200: ReceiptDocument, 304: z.null() },
      },
    },
    async (request, reply) => {
      const stored = await queue.findReceipt(request.tenant, request.params.receiptId)
      if (!stored) throw new EvidenceError('RECEIPT_NOT_FOUND', `there is no receipt ${request.params.receiptId}`)
      const document = receiptDocument(stored)
      // A pending receipt is about to change, so nobody should keep it.
      if (stored.state === 'pending') return document
      const etag = hexOf(sha256Of(canonicalBytes(document))).slice(0, 32)
      return isNotModified(request, reply, etag) ? reply.code(304).send(null) : document
    },
  )
}

function receiptDocument({ receipt, state, factVersion }: StoredReceipt): z.infer<typeof ReceiptDocument> {
  const { receiptId, kind, answer, refused, refusedTotal } = receipt
  return {
    ...answer,
    receiptId,
    kind,
    state,
    ...(factVersion !== undefined && { factVersion }),
    refused: [...refused],
    refusedTotal,
  }
}
