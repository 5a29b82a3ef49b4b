import type { OutboxEntry, WaitingSubject } from '../events/outbox.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { Documents, type Query } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { ordinalText } from '../mongo/ordinal-text.ts'
import { TextStore } from '../mongo/stored-text.ts'
import type { FactSummary } from './fact.ts'
import type { FactFilter, FactRepository } from './fact-repository.ts'
import type { FactRow } from './fact-row.ts'
import { eventsOf, type FactDocument, factDocumentOf, factRowOf, summaryOf } from './mongo-fact-document.ts'

/** Apart from the fact: a lease is taken before there is a row, and costs it no revision. */
interface FoldLease {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly owner: string
  readonly untilMs: number
}

export class MongoFactRepository implements FactRepository {
  readonly #facts: Documents<FactDocument>
  readonly #leases: Documents<FoldLease>
  readonly #texts: TextStore

  constructor(mongo: MongoConnection) {
    this.#facts = new Documents(mongo.db.collection('facts'))
    this.#leases = new Documents(mongo.db.collection('foldLeases'))
    this.#texts = new TextStore(mongo)
  }

  /** What a fold marks and a cache keeps rests on this row, so it must be one that no crash takes back. */
  async find(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined> {
    return await this.#read(tenant, subjectKey, (found) => this.#facts.findDurable(found))
  }

  async peek(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined> {
    return await this.#read(tenant, subjectKey, (found) => this.#facts.findFirst(found))
  }

  async revisionOf(tenant: Tenant, subjectKey: string): Promise<number | undefined> {
    const document = await this.#facts.findFirst(subjectOf(tenant, subjectKey), { members: ['revision'] })
    return document?.revision
  }

  async findByAlias(tenant: Tenant, alias: string): Promise<string[]> {
    const options = { sort: { subjectOrder: 1 } as const, limit: 20, members: ['subjectKey'] }
    return (await this.#facts.find({ tenant, aliases: alias }, options)).map(({ subjectKey }) => subjectKey)
  }

  async save(row: FactRow): Promise<'saved' | 'conflict'> {
    const { tenant } = row
    const document = await factDocumentOf(this.#texts, row)
    if (row.revision === 1) {
      if ((await this.#facts.insert(document)) === 'inserted') return 'saved'
    } else {
      const found = { ...subjectOf(tenant, row.subjectKey), revision: row.revision - 1 }
      const before = await this.#facts.replace(found, document)
      if (before) {
        await this.#texts.remove(tenant, before.figures, before.remembered)
        return 'saved'
      }
    }
    await this.#texts.remove(tenant, document.figures, document.remembered)
    return 'conflict'
  }

  /** Advisory, so it need not be durable: a lease that a crash takes back costs a fold that loses its compare-and-set. */
  async lease(tenant: Tenant, subjectKey: string, owner: string, untilMs: number, nowMs: number): Promise<boolean> {
    const found = { tenant, subjectKey, $or: [{ owner }, { untilMs: { $lte: nowMs } }] }
    const outcome = await this.#leases.upsert(found, { $set: { owner, untilMs } }, { isDurable: false })
    return outcome === 'written'
  }

  async release(tenant: Tenant, subjectKey: string, owner: string): Promise<void> {
    await this.#leases.removeAll({ tenant, subjectKey, owner }, { isDurable: false })
  }

  async list(tenant: Tenant, filter: FactFilter, after: string | undefined, limit: number): Promise<FactSummary[]> {
    const found = { tenant, ...hasFact, ...conditionsOf(filter, after) }
    const documents = await this.#facts.find(found, { sort: { subjectOrder: 1 }, limit, members: ['fact.summary'] })
    return documents.flatMap(({ fact }) => (fact ? [summaryOf(fact.summary)] : []))
  }

  async countFacts(tenant: Tenant): Promise<number> {
    return await this.#facts.count({ tenant, ...hasFact })
  }

  async unrelayed(limit: number, isWanted: (waiting: WaitingSubject) => boolean = () => true): Promise<OutboxEntry[]> {
    const options = { sort: { oldestEventAt: 1 } as const, limit, members: ['tenant', 'subjectKey', 'oldestEventAt'] }
    const waiting = await this.#facts.find({ oldestEventAt: { $exists: true } }, options)
    const wanted = waiting.filter(({ tenant, subjectKey, oldestEventAt = '' }) =>
      isWanted({ tenant, subjectKey, oldestEventAt }),
    )
    const entries = await Promise.all(wanted.map(({ tenant, subjectKey }) => this.#entryOf(tenant, subjectKey)))
    return entries.filter((entry) => entry !== undefined)
  }

  async pull(tenant: Tenant, subjectKey: string, eventIds: readonly string[]): Promise<void> {
    // Pulling nothing must not raise the revision: it would cost a fold its compare-and-set.
    const found = { ...subjectOf(tenant, subjectKey), 'events.id': { $in: eventIds } }
    const isLeft = { $not: { $in: ['$$event.id', { $literal: eventIds }] } }
    const events = { $filter: { input: '$events', as: 'event', cond: isLeft } }
    const oldestEventAt = { $ifNull: [{ $first: '$events.time' }, '$$REMOVE'] }
    await this.#facts.updateAll(found, [
      { $set: { revision: { $add: ['$revision', 1] }, events } },
      { $set: { oldestEventAt } },
    ])
  }

  async backlog(): Promise<{ events: number; oldest?: string }> {
    const [sums] = await this.#facts.aggregate<{ events: number; oldest: string }>([
      { $match: { oldestEventAt: { $exists: true } } },
      { $group: { _id: null, events: { $sum: { $size: '$events' } }, oldest: { $min: '$oldestEventAt' } } },
    ])
    return sums ? { events: sums.events, oldest: sums.oldest } : { events: 0 }
  }

  async #read(
    tenant: Tenant,
    subjectKey: string,
    find: (found: Query) => Promise<FactDocument | undefined>,
  ): Promise<FactRow | undefined> {
    const document = await find(subjectOf(tenant, subjectKey))
    if (!document) return undefined
    const row = await factRowOf(this.#texts, document)
    if (row) return row
    const isReplaced = (await this.revisionOf(tenant, subjectKey)) !== document.revision
    if (!isReplaced) throw storeError('STORE_UNAVAILABLE', 'a part of a text is missing')
    return await this.#read(tenant, subjectKey, find)
  }

  /** An event is told to others, so its fact must be durable first. None when another replica relayed it meanwhile. */
  async #entryOf(tenant: Tenant, subjectKey: string): Promise<OutboxEntry | undefined> {
    const members = ['tenant', 'subjectKey', 'revision', 'events', 'figures']
    const document = await this.#facts.findDurable(subjectOf(tenant, subjectKey), { members })
    const events = document && (await eventsOf(this.#texts, document))
    return events && events.length > 0 ? { tenant, subjectKey, revision: document.revision, events } : undefined
  }
}

// What was erased has its last version and no fact.
const hasFact: Query = { 'fact.digest': { $exists: true } }

function subjectOf(tenant: Tenant, subjectKey: string): Query {
  return { tenant, subjectOrder: ordinalText(subjectKey) }
}

function conditionsOf(filter: FactFilter, after: string | undefined): Query {
  const { callgraphId, bucket, verdict, minScore, updatedAfter } = filter
  return {
    ...(callgraphId !== undefined && { 'fact.callgraphIds': callgraphId }),
    ...(bucket !== undefined && { 'fact.buckets': bucket }),
    ...(verdict !== undefined && { 'fact.verdicts': verdict }),
    ...(minScore !== undefined && { 'fact.score': { $gte: minScore } }),
    ...(updatedAfter !== undefined && { 'fact.computedAt': { $gt: updatedAfter } }),
    ...(after !== undefined && { subjectOrder: { $gt: ordinalText(after) } }),
  }
}
