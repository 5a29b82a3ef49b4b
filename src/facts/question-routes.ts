import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { strictJsonBodies } from '../http/body-parsers.ts'
import { type ContentResponses, contentResponse } from '../http/content-responses.ts'
import { isNotModified } from '../http/etag.ts'
import type { HttpServer, RoutePlugin } from '../http/route.ts'
import { hexOf, sha256Of } from '../identifiers/digest.ts'
import { drawExplanation } from './draw-explanation.ts'
import type { ExplainQuestion } from './explain-target.ts'
import type { FactRow } from './fact-row.ts'
import { type FindSubjectDeps, findFactRow, type NamedSubject } from './find-subject.ts'
import { ExplainAnswer, QueryAnswer, QueryBody, type QueryTarget } from './question-documents.ts'

export interface QuestionRoutesDeps extends FindSubjectDeps {
  readonly limits: { readonly jsonBodyBytes: number; readonly nestingDepth: number }
  /** Answered on the evidence of a row, off the event loop. */
  readonly query: (row: FactRow, targets: readonly QueryTarget[]) => Promise<QueryAnswer>
  readonly explain: (row: FactRow, question: ExplainQuestion) => Promise<ExplainAnswer>
}

const SubjectParams = z.object({ subjectKey: z.string().min(1) })
const ExplainQuery = z.object({
  target: z.string().trim().min(1).max(4096),
  paths: z
    .string()
    .regex(/^(\d|1\d|20)$/, 'paths is a number from 0 to 20')
    .transform(Number)
    .default(0)
    .describe('further paths to the target, which share only their ends'),
})

const mermaid = 'text/vnd.mermaid'

/** Answers are made in a thread and sent as they are: their schemas are for the document that describes the routes. */
const queryResponses: Record<number, z.ZodType> = { 200: QueryAnswer }
const explainResponses: ContentResponses = {
  200: contentResponse({ 'application/json': ExplainAnswer, [mermaid]: undefined }),
  304: z.null(),
}

/** Questions about a subject that store nothing (contracts, 2). */
export const questionRoutes: RoutePlugin<QuestionRoutesDeps> = async (app, deps) => {
  await app.register(async (scope: HttpServer) => queryRoute(scope, deps))

  app.get(
    '/:subjectKey/explain',
    {
      config: { scope: 'signals:read', operation: 'explainTarget', work: 'expensive' },
      schema: { params: SubjectParams, querystring: ExplainQuery, response: explainResponses },
    },
    async (request, reply) => {
      const { tenant, params, query } = request
      const row = await findPendingRow(deps, reply, { tenant, name: params.subjectKey })
      const explanation = await deps.explain(row, { target: query.target, furtherPaths: query.paths })
      return sendExplanation({ request, reply }, explanation)
    },
  )
}

function queryRoute(app: HttpServer, deps: QuestionRoutesDeps): void {
  const { jsonBodyBytes, nestingDepth } = deps.limits
  strictJsonBodies(app, { maxBytes: jsonBodyBytes, maxDepth: nestingDepth })
  app.post(
    '/:subjectKey/query',
    {
      config: { scope: 'signals:read', operation: 'queryFact', work: 'expensive' },
      schema: { params: SubjectParams, body: QueryBody, response: queryResponses },
    },
    async ({ tenant, params, body }, reply) => {
      const row = await findPendingRow(deps, reply, { tenant, name: params.subjectKey })
      return sendJson(reply, JSON.stringify(await deps.query(row, body.targets)))
    },
  )
}

/** The row that is asked, and how much evidence is still to be folded into it. */
async function findPendingRow(deps: QuestionRoutesDeps, reply: FastifyReply, subject: NamedSubject): Promise<FactRow> {
  const row = await findFactRow(deps, subject)
  const pending = await deps.queue.countPending({ tenant: subject.tenant, subjectKey: row.subjectKey })
  reply.header('signals-pending', String(pending))
  return row
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

function sendExplanation({ request, reply }: Exchange, explanation: ExplainAnswer): FastifyReply {
  const isDiagram = request.headers.accept?.includes(mermaid) ?? false
  const text = isDiagram ? drawExplanation(explanation) : JSON.stringify(explanation)
  reply.header('vary', 'accept')
  if (isNotModified(request, reply, hexOf(sha256Of(text)).slice(0, 32))) return reply.code(304).send()
  return isDiagram ? reply.type(`${mermaid}; charset=utf-8`).send(text) : sendJson(reply, text)
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json').send(Buffer.from(text))
}
