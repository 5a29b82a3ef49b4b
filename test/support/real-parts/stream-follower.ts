import { Redis } from 'ioredis'
import { z } from 'zod'
import { FactUpdatedSchema } from '../../../src/events/fact-updated.ts'

const Entry = z.object({
  event: z.string().transform((text) => FactUpdatedSchema.parse(JSON.parse(text))),
  event_id: z.string(),
  tenant: z.string(),
  subject_key: z.string(),
  fact_version: z.coerce.number(),
  dlq_reason: z.string().optional(),
  attempts: z.coerce.number().optional(),
  first_failed_at: z.string().optional(),
})
export type StreamEntry = z.output<typeof Entry>

const Reply = z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))]))

/** Reads a stream as a consumer does, from its beginning; waits for what is still to come, and for a server that is away. */
export class StreamFollower implements Disposable {
  readonly #client: Redis
  readonly #stream: string
  readonly #entries: StreamEntry[] = []
  #lastId = '0'

  constructor(url: string, stream: string) {
    this.#client = new Redis(url, { protocol: 2, maxRetriesPerRequest: null, retryStrategy: () => 20 })
    this.#client.on('error', () => undefined)
    this.#stream = stream
  }

  /** All entries so far, once they are enough. */
  async until(isEnough: (entries: readonly StreamEntry[]) => boolean): Promise<readonly StreamEntry[]> {
    while (!isEnough(this.#entries)) {
      const reply = Reply.parse(await this.#client.xread('BLOCK', 0, 'STREAMS', this.#stream, this.#lastId))
      for (const [id, fields] of reply.flatMap(([, entries]) => entries)) {
        this.#lastId = id
        this.#entries.push(Entry.parse(membersOf(fields)))
      }
    }
    return this.#entries
  }

  [Symbol.dispose](): void {
    this.#client.disconnect()
  }
}

/** What a consumer that knows repeated ids sees of a subject, in the order of its first appearances. */
export function distinctVersions(entries: readonly StreamEntry[], subject: string): number[] {
  const own = entries.filter(({ subject_key }) => subject_key === subject)
  return [...new Map(own.map(({ event_id, fact_version }) => [event_id, fact_version])).values()]
}

function membersOf(fields: readonly string[]): Record<string, string> {
  const pairs = fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] ?? ''] as const] : []))
  return Object.fromEntries(pairs)
}
