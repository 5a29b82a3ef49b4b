import { z } from 'zod'
import { HttpError } from '../http/http-errors.ts'
import { decodeCursor, encodeCursor } from '../http/paging.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { Documents } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { type StoredText, TextStore } from '../mongo/stored-text.ts'
import type { EventLog, EventPage } from './event-log.ts'
import type { FactUpdated } from './fact-updated.ts'

interface EventDocument {
  readonly tenant: Tenant
  readonly number: number
  readonly eventId: string
  readonly emittedAt: string
  readonly event: StoredText
}

/** Up to where a tenant's events are durable. Whoever has seen this number has seen a promise that no crash breaks. */
interface EventHead {
  readonly tenant: Tenant
  readonly confirmed: number
}

const listName = 'events'
const Position = z.tuple([z.int().positive()])
const maxInlineBytes = 512 * 1024

/**
 * Events of a tenant are numbered without gaps. A number is taken only when all before it are durable and the head says
 * so, and readers go no further than the head: what they pass can never be filled in later, whoever crashes in between.
 */
export class MongoEventLog implements EventLog {
  readonly #events: Documents<EventDocument>
  readonly #heads: Documents<EventHead>
  readonly #texts: TextStore
  /** Appends of this process go one after another; only other replicas contend for numbers. */
  #last: Promise<void> = Promise.resolve()

  constructor(mongo: MongoConnection) {
    this.#events = new Documents(mongo.db.collection('events'))
    this.#heads = new Documents(mongo.db.collection('eventHeads'))
    this.#texts = new TextStore(mongo)
  }

  async append(events: readonly FactUpdated[]): Promise<void> {
    const appended = this.#last.then(() => this.#appendAll(events))
    this.#last = appended.catch(() => undefined)
    await appended
  }

  async replace(events: readonly FactUpdated[]): Promise<void> {
    for (const event of events) await this.#replaceOne(event)
  }

  async page(tenant: Tenant, after: string | undefined, limit: number): Promise<EventPage> {
    const confirmed = await this.#confirmedOf(tenant)
    const behind = after === undefined ? 0 : await this.#numberOf(tenant, after, confirmed)
    const found = { tenant, number: { $gt: behind, $lte: confirmed } }
    const documents = await this.#events.find(found, { sort: { number: 1 }, limit })
    const items = await Promise.all(documents.map(({ event }) => this.#eventOf(tenant, event)))
    const last = documents.at(-1)
    return { items, ...(last && { nextCursor: encodeCursor(listName, [last.number]) }) }
  }

  async #replaceOne(event: FactUpdated): Promise<void> {
    const tenant = event.tenant as Tenant
    const before = await this.#events.findFirst({ tenant, eventId: event.event_id })
    if (!before) return
    const text = await this.#texts.put(tenant, event, maxInlineBytes)
    await this.#events.updateAll({ tenant, eventId: event.event_id }, { $set: { event: text } })
    await this.#texts.remove(tenant, before.event)
  }

  async #appendAll(events: readonly FactUpdated[]): Promise<void> {
    const byTenant = Map.groupBy(events, ({ tenant }) => tenant)
    // A fact's tenant was checked when its evidence came.
    await Promise.all([...byTenant].map(([tenant, own]) => this.#appendOf(tenant as Tenant, own)))
  }

  /** Tries until all are in the log: each time another replica was first, its events are confirmed and ours come behind. */
  async #appendOf(tenant: Tenant, events: readonly FactUpdated[]): Promise<void> {
    for (let left = events; ; ) {
      const confirmed = await this.#confirm(tenant)
      left = await this.#missing(tenant, left, confirmed)
      if (left.length === 0) return
      const documents = await Promise.all(
        left.map((event, position) => this.#documentOf(tenant, confirmed + 1 + position, event)),
      )
      const outcome = await this.#events.insertInOrder(documents)
      if (outcome === 'inserted') return await this.#raiseHead(tenant, confirmed + documents.length)
      await this.#forget(tenant, documents)
    }
  }

  /** Raises the head over what was inserted behind it, by whoever did not live to do so; gives the head. */
  async #confirm(tenant: Tenant): Promise<number> {
    const confirmed = await this.#confirmedOf(tenant)
    const behind = { tenant, number: { $gt: confirmed } }
    const numbers = (await this.#events.find(behind, { sort: { number: 1 }, members: ['number'] })).map(
      ({ number }) => number,
    )
    const last = numbers.at(-1)
    if (last === undefined) return confirmed
    const areThere = await this.#events.areDurable({ tenant, number: { $gt: confirmed, $lte: last } }, last - confirmed)
    if (!areThere) return await this.#confirm(tenant)
    await this.#raiseHead(tenant, last)
    return last
  }

  async #raiseHead(tenant: Tenant, confirmed: number): Promise<void> {
    const raise = (): Promise<string> => this.#heads.upsert({ tenant }, { $max: { confirmed } }, { isDurable: true })
    // Another replica made the tenant's first head at the same time.
    if ((await raise()) === 'duplicate') await raise()
  }

  async #missing(tenant: Tenant, events: readonly FactUpdated[], confirmed: number): Promise<FactUpdated[]> {
    const eventIds = [...new Set(events.map(({ event_id }) => event_id))]
    const found = { tenant, eventId: { $in: eventIds }, number: { $lte: confirmed } }
    const there = new Set((await this.#events.find(found, { members: ['eventId'] })).map(({ eventId }) => eventId))
    const first = new Map(events.toReversed().map((event) => [event.event_id, event]))
    return events.filter((event) => !there.has(event.event_id) && first.get(event.event_id) === event)
  }

  async #documentOf(tenant: Tenant, number: number, event: FactUpdated): Promise<EventDocument> {
    const { event_id: eventId, emitted_at: emittedAt } = event
    return { tenant, number, eventId, emittedAt, event: await this.#texts.put(tenant, event, maxInlineBytes) }
  }

  /** Lets go of the parts of what was not inserted. */
  async #forget(tenant: Tenant, documents: readonly EventDocument[]): Promise<void> {
    const long = documents.filter(({ event }) => 'set' in event)
    if (long.length === 0) return
    const kept = await this.#events.find({ tenant, eventId: { $in: long.map(({ eventId }) => eventId) } })
    const named = new Set(kept.map(({ event }) => ('set' in event ? event.set : '')))
    const lost = long.map(({ event }) => event).filter((event) => 'set' in event && !named.has(event.set))
    await this.#texts.remove(tenant, ...lost)
  }

  async #confirmedOf(tenant: Tenant): Promise<number> {
    return (await this.#heads.findFirst({ tenant }))?.confirmed ?? 0
  }

  async #numberOf(tenant: Tenant, after: string, confirmed: number): Promise<number> {
    const event = await this.#events.findFirst({ tenant, eventId: after }, { members: ['number'] })
    if (event && event.number <= confirmed) return event.number
    const [number] = decodeCursor(listName, Position, after)
    // A crash may take back a raised head, but never an event that it was raised over.
    const isGiven = number <= confirmed || (await this.#events.findFirst({ tenant, number })) !== undefined
    if (isGiven) return number
    // A number not given yet comes from elsewhere; following it would silently skip what is still to come.
    throw new HttpError('QUERY_INVALID', 'after names neither an event nor a cursor of this tenant')
  }

  async #eventOf(tenant: Tenant, stored: StoredText): Promise<FactUpdated> {
    const event = await this.#texts.get<FactUpdated>(tenant, stored)
    if (event === undefined) throw storeError('STORE_UNAVAILABLE', 'a part of a text is missing')
    return event
  }
}
