import type { Redis } from 'ioredis'

const stream = 'signals.fact.updated.v1'

export interface Consumer {
  readonly redis: Redis
  /** One for each service: every group gets every event. */
  readonly group: string
  /** One for each process of the service: the events of a group are shared out among them. */
  readonly name: string
  readonly handled: Handled
  /** Told of each version once, in order. When it throws, consuming ends; the event stays pending and comes again. */
  readonly handle: (event: { tenant: string; subject_key: string; fact_version: number }) => Promise<void>
}

/** What was handled. Keep it with the results, saved in the same transaction as they: a Map forgets at a restart. */
export interface Handled {
  hasEvent(eventId: string): boolean
  lastVersion(subject: string): number
  add(eventId: string, subject: string, version: number): void
}

export async function consumeFacts(consumer: Consumer, signal: AbortSignal): Promise<void> {
  const { redis, group, name } = consumer
  await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch(ignoreExistingGroup)
  while (!signal.aborted) {
    // What another process took and did not finish within a minute is ours now.
    const [, claimed] = (await redis.xautoclaim(stream, group, name, 60_000, '0', 'COUNT', 100)) as [string, Entries]
    const read = await redis.xreadgroup('GROUP', group, name, 'COUNT', 100, 'BLOCK', 1_000, 'STREAMS', stream, '>')
    const fresh = (read as [string, Entries][] | null)?.[0]?.[1] ?? []
    for (const entry of [...claimed, ...fresh]) await consumeEntry(consumer, entry)
  }
}

type Entries = [id: string, fields: string[]][]

async function consumeEntry({ redis, group, handled, handle }: Consumer, [id, fields]: Entries[number]): Promise<void> {
  const event = JSON.parse(fields[fields.indexOf('event') + 1] ?? '')
  const subject = `${event.tenant}\0${event.subject_key}`
  // At least once: the same event can come again, and one that was replayed comes after later ones.
  const isNew = !handled.hasEvent(event.event_id) && event.fact_version > handled.lastVersion(subject)
  if (isNew) {
    await handle(event)
    handled.add(event.event_id, subject, event.fact_version)
  }
  await redis.xack(stream, group, id)
}

function ignoreExistingGroup(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error
}
