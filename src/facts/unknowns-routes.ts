import { z } from 'zod'
import { sendAcknowledged } from '../http/acknowledged.ts'
import { strictJsonBodies } from '../http/body-parsers.ts'
import { HttpError } from '../http/http-errors.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { LargeUploads } from '../http/large-uploads.ts'
import { PageQuery } from '../http/paging.ts'
import type { RoutePlugin } from '../http/route.ts'
import { type ListUnknownsDeps, listUnknowns } from './list-unknowns.ts'
import { type ReportUnknownsDeps, reportUnknowns } from './report-unknowns.ts'
import { type UnknownsLimits, UnknownsPage, UnknownsReceipt, unknownsBody } from './unknowns-document.ts'
import type { WaitForFact } from './wait-for-fact.ts'

export interface UnknownsRoutesDeps extends ReportUnknownsDeps, ListUnknownsDeps {
  readonly limits: UnknownsLimits & { readonly jsonBodyBytes: number; readonly nestingDepth: number }
  readonly uploads: LargeUploads
  readonly waitForFact: WaitForFact
  readonly queue: ReportUnknownsDeps['queue'] & ListUnknownsDeps['queue']
}

/** What could not be resolved: reported, and listed with what graphs and observers left open (contracts, 7). */
export const unknownsRoutes: RoutePlugin<UnknownsRoutesDeps> = async (app, deps) => {
  const { jsonBodyBytes, nestingDepth } = deps.limits
  strictJsonBodies(app, { maxBytes: jsonBodyBytes, maxDepth: nestingDepth, uploads: deps.uploads })
  app.post(
    '',
    {
      config: { scope: 'signals:write', operation: 'reportUnknowns', work: 'ingest' },
      schema: { body: unknownsBody(deps.limits), response: { 200: UnknownsReceipt, 202: UnknownsReceipt } },
    },
    async (request, reply) => {
      const { tenant, body, headers, bodyDigest = '' } = request
      const source = sourceOf(headers['x-source'])
      const idempotencyKey = idempotencyKeyOf(headers)
      const { isReplay, answer } = await reportUnknowns(deps, { tenant, body, source, idempotencyKey, bodyDigest })
      const receipt = UnknownsReceipt.parse(answer)
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

  app.get(
    '/:subjectKey',
    {
      config: { scope: 'signals:read', operation: 'listUnknowns' },
      schema: {
        params: z.object({ subjectKey: z.string().min(1) }),
        querystring: PageQuery,
        response: { 200: UnknownsPage },
      },
    },
    async ({ tenant, params, query }, reply) => {
      const { pending, ...page } = await listUnknowns(deps, { tenant, name: params.subjectKey }, query)
      reply.header('signals-pending', String(pending))
      return page
    },
  )
}

const maxSourceLength = 128

function sourceOf(sent: string | string[] | undefined): string {
  const source = typeof sent === 'string' ? sent.trim() : ''
  if (source.length <= maxSourceLength) return source === '' ? 'api' : source
  throw new HttpError('REQUEST_INVALID', `X-Source has at most ${maxSourceLength} characters`)
}
