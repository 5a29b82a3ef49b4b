import { z } from 'zod'
import { PageQuery } from '../http/paging.ts'
import type { RoutePlugin } from '../http/route.ts'
import type { DeadLetter, DeadLetters } from './dead-letters.ts'
import { FactUpdatedSchema } from './fact-updated.ts'
import { noSuchLetter, type ReplayLogDeps, replayDeadLetter, replayLog } from './replay-events.ts'

export interface DeadLetterRoutesDeps extends ReplayLogDeps {
  readonly deadLetters: DeadLetters
}

const DeadLetterDocument = z.object({
  eventId: z.string(),
  subjectKey: z.string(),
  factVersion: z.int(),
  reason: z.string().describe('in the words of the bus'),
  attempts: z.int(),
  firstFailedAt: z.string(),
  deadAt: z.string(),
  event: FactUpdatedSchema,
})
const DeadLettersPage = z.object({ items: z.array(DeadLetterDocument).readonly(), nextCursor: z.string().optional() })
const LetterParams = z.object({ eventId: z.string().min(1).max(255) })
const ReplayedLetter = z.object({ eventId: z.string(), subjectKey: z.string(), factVersion: z.int() })

const position = z.string().min(1).max(4096).optional()
const SpanQuery = z.strictObject({
  after: position.describe('a nextCursor or an event_id, exclusive; the beginning of the log when absent'),
  through: z.uuid().optional().describe('an event_id behind after, inclusive; the end of the log when absent'),
})
const ReplayedSpan = z.object({
  replayed: z.int(),
  nextCursor: z.string().optional().describe('the span is longer: go on after this'),
})

/**
 * What the bus refused, and what is to be told once more (contracts, 2 and 9). A replay that is repeated publishes under the
 * same event id, by which consumers know it: so it needs no idempotency key.
 */
export const deadLetterRoutes: RoutePlugin<DeadLetterRoutesDeps> = async (app, deps) => {
  app.get(
    '/dead-letters',
    {
      config: { scope: 'signals:admin', operation: 'listDeadLetters' },
      schema: { querystring: PageQuery, response: { 200: DeadLettersPage } },
    },
    async ({ tenant, query }) => {
      const { items, ...rest } = await deps.deadLetters.page(tenant, query.cursor, query.limit)
      return { ...rest, items: items.map(documentOf) }
    },
  )

  app.post(
    '/dead-letters/:eventId/replay',
    {
      config: { scope: 'signals:admin', operation: 'replayDeadLetter' },
      schema: { params: LetterParams, response: { 202: ReplayedLetter } },
    },
    async ({ tenant, params }, reply) => {
      const letter = await replayDeadLetter(deps, { tenant, eventId: params.eventId })
      return reply.code(202).send(documentOf(letter))
    },
  )

  app.delete(
    '/dead-letters/:eventId',
    {
      config: { scope: 'signals:admin', operation: 'deleteDeadLetter' },
      schema: { params: LetterParams, response: { 204: z.undefined() } },
    },
    async ({ tenant, params }, reply) => {
      if (!(await deps.deadLetters.remove(tenant, params.eventId))) throw noSuchLetter(params.eventId)
      return reply.code(204).send()
    },
  )

  app.post(
    '/replay',
    {
      config: { scope: 'signals:admin', operation: 'replayEvents' },
      schema: { querystring: SpanQuery, response: { 202: ReplayedSpan } },
    },
    async ({ tenant, query: { after, through } }, reply) =>
      reply.code(202).send(await replayLog(deps, { tenant, after, through })),
  )
}

function documentOf(letter: DeadLetter): z.infer<typeof DeadLetterDocument> {
  const { event, reason, attempts, firstFailedAt, deadAt } = letter
  const { event_id: eventId, subject_key: subjectKey, fact_version: factVersion } = event
  return { eventId, subjectKey, factVersion, reason, attempts, firstFailedAt, deadAt, event }
}
