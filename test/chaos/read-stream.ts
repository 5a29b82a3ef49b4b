import { factStream } from '../../src/events/redis-event-stream.ts'
import type { RealRedis } from '../support/real-parts/redis-server.ts'
import type { ObservedEvent } from './observed.ts'
import { observedEvent } from './read-service.ts'

const perRead = 1_000

/** The whole stream, from its first entry. */
export async function readStream({ client }: RealRedis): Promise<ObservedEvent[]> {
  const events: ObservedEvent[] = []
  for (let after = '-'; ; ) {
    const entries = await client.xrange(factStream, after, '+', 'COUNT', perRead)
    for (const [, fields] of entries)
      events.push(observedEvent(JSON.parse(fields[fields.indexOf('event') + 1] ?? '{}')))
    const last = entries.at(-1)
    if (!last || entries.length < perRead) return events
    after = `(${last[0]}`
  }
}
