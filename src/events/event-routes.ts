import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { type ContentResponses, contentResponse } from '../http/content-responses.ts'
import { PageQuery } from '../http/paging.ts'
import type { RoutePlugin } from '../http/route.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { EventError } from './event-errors.ts'
import { type EventStreamDeps, eventStream } from './event-stream.ts'
import { FactUpdatedSchema } from './fact-updated.ts'
import { type FollowDeps, followEvents } from './follow-events.ts'

export interface EventRoutesDeps extends FollowDeps, EventStreamDeps {
  readonly maxStreamsPerTenant: number
  /** Asked with every look of a stream: what may not be asked for any more is not told any more either. */
  readonly mayGoOn: () => Promise<boolean>
}

const position = z.string().min(1).max(4096).optional()
const EventsQuery = PageQuery.extend({
  after: position.describe('a nextCursor or an event_id, exclusive; cursor means the same'),
})
const EventsPage = z.object({
  items: z.array(FactUpdatedSchema).readonly(),
  nextCursor: z.string().optional(),
})

const eventResponses: ContentResponses = {
  200: contentResponse({ 'application/json': EventsPage, 'text/event-stream': undefined }),
}

/** The tenant's event log: a page at a time, or followed as server-sent events (contracts, 2 and 9). */
export const eventRoutes: RoutePlugin<EventRoutesDeps> = async (app, deps) => {
  const streams = new OpenStreams(deps.maxStreamsPerTenant)
  app.addHook('preClose', async () => streams.endAll())

  app.get(
    '',
    {
      config: { scope: 'signals:read', operation: 'listEvents' },
      schema: { querystring: EventsQuery, response: eventResponses },
    },
    async ({ tenant, query, headers }, reply) => {
      const { limit, after = query.cursor } = query
      if (!wantsEventStream(headers)) return deps.log.page(tenant, after, limit)
      // A client that comes back sends the address it began with: what it last saw counts, not that.
      const lastSeen = lastEventId(headers) ?? after
      // Refused while there still is a status to refuse it with.
      await deps.log.page(tenant, lastSeen, 1)
      const pages = followEvents(deps, { tenant, after: lastSeen, signal: streams.open(tenant, reply) })
      return sendStream(reply, Readable.from(eventStream(deps, whileAllowed(deps, pages)), { objectMode: false }))
    },
  )
}

async function* whileAllowed<Page>(
  { mayGoOn }: Pick<EventRoutesDeps, 'mayGoOn'>,
  pages: AsyncIterable<Page>,
): AsyncGenerator<Page> {
  for await (const page of pages) {
    if (!(await mayGoOn())) return
    yield page
  }
}

function sendStream(reply: FastifyReply, stream: Readable): FastifyReply {
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type('text/event-stream')
  return reply.send(stream)
}

function wantsEventStream({ accept = '' }: IncomingHttpHeaders): boolean {
  return accept.split(',').some((range) => /^\s*text\/event-stream\s*(;|$)/i.test(range))
}

function lastEventId(headers: IncomingHttpHeaders): string | undefined {
  const sent = headers['last-event-id']
  return typeof sent === 'string' && sent !== '' ? sent : undefined
}

/** The streams that are being followed here: each ends with its connection, and all with the server. */
class OpenStreams {
  readonly #maxPerTenant: number
  readonly #streams = new Map<AbortController, Tenant>()
  #isEnding = false

  constructor(maxPerTenant: number) {
    this.#maxPerTenant = maxPerTenant
  }

  open(tenant: Tenant, reply: FastifyReply): AbortSignal {
    const ofTenant = [...this.#streams.values()].filter((owner) => owner === tenant).length
    if (ofTenant >= this.#maxPerTenant) {
      throw new EventError('EVENT_STREAMS_EXHAUSTED', `at most ${this.#maxPerTenant} streams at once`, {
        retryAfterSeconds: 5,
      })
    }
    const stream = new AbortController()
    this.#streams.set(stream, tenant)
    reply.raw.once('close', () => {
      this.#streams.delete(stream)
      stream.abort()
    })
    if (this.#isEnding) stream.abort()
    return stream.signal
  }

  endAll(): void {
    this.#isEnding = true
    for (const stream of this.#streams.keys()) stream.abort()
  }
}
