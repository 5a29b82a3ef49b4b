import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { Documents, type Query } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { type StoredText, TextStore } from '../mongo/stored-text.ts'
import type { CallgraphRecord } from './callgraph-record.ts'
import type { CallgraphFilter, CallgraphRepository } from './callgraph-repository.ts'

interface CallgraphDocument {
  readonly tenant: Tenant
  readonly callgraphId: string
  readonly language: string
  readonly component: string
  readonly version: string
  readonly graphHash: string
  readonly content: StoredText
}

/** Apart from the graph: one that a thousand scans name must not be a document that grows with each of them. */
interface CallgraphLink {
  readonly tenant: Tenant
  readonly kind: 'analysisId' | 'subjectKey'
  readonly value: string
  readonly callgraphId: string
}

const maxInlineBytes = 512 * 1024

export class MongoCallgraphRepository implements CallgraphRepository {
  readonly #callgraphs: Documents<CallgraphDocument>
  readonly #links: Documents<CallgraphLink>
  readonly #texts: TextStore

  constructor(mongo: MongoConnection) {
    this.#callgraphs = new Documents(mongo.db.collection('callgraphs'))
    this.#links = new Documents(mongo.db.collection('callgraphLinks'))
    this.#texts = new TextStore(mongo)
  }

  /** Links first: a graph is never seen without what its post said of it, and links without their graph are never read. */
  async upsert({ analysisIds, subjectKeys, ...content }: CallgraphRecord): Promise<'created' | 'unchanged'> {
    const { tenant, callgraphId, language, component, version, graphHash } = content
    const links = [
      ...analysisIds.map((value) => ({ tenant, kind: 'analysisId' as const, value, callgraphId })),
      ...subjectKeys.map((value) => ({ tenant, kind: 'subjectKey' as const, value, callgraphId })),
    ]
    await Promise.all(links.map((link) => insertOnce(this.#links, link, link)))
    const stored = await this.#texts.put(tenant, content, maxInlineBytes)
    const document = { tenant, callgraphId, language, component, version, graphHash, content: stored }
    const outcome = await insertOnce(this.#callgraphs, document, { tenant, callgraphId })
    if (outcome === 'unchanged') await this.#texts.remove(tenant, stored)
    return outcome
  }

  async unlinkSubject(tenant: Tenant, subjectKey: string): Promise<void> {
    await this.#links.removeAll({ tenant, kind: 'subjectKey', value: subjectKey }, { isDurable: true })
  }

  /** The graph first: links without one are never read. */
  async remove(tenant: Tenant, callgraphId: string): Promise<void> {
    const before = await this.#callgraphs.findFirst({ tenant, callgraphId })
    await this.#callgraphs.removeAll({ tenant, callgraphId }, { isDurable: true })
    await this.#links.removeAll({ tenant, callgraphId }, { isDurable: true })
    if (before) await this.#texts.remove(tenant, before.content)
  }

  async find(tenant: Tenant, callgraphId: string): Promise<CallgraphRecord | undefined> {
    const [record] = await this.#records(tenant, await this.#callgraphs.find({ tenant, callgraphId }))
    return record
  }

  async list(
    tenant: Tenant,
    { subjectKey, analysisId, ...plain }: CallgraphFilter,
    after: string | undefined,
    limit: number,
  ): Promise<CallgraphRecord[]> {
    const linked = [
      ...(subjectKey === undefined ? [] : [await this.#linkedTo({ tenant, kind: 'subjectKey', value: subjectKey })]),
      ...(analysisId === undefined ? [] : [await this.#linkedTo({ tenant, kind: 'analysisId', value: analysisId })]),
    ]
    const wanted = Object.entries(plain).filter(([, value]) => value !== undefined)
    const conditions = [
      ...linked.map((callgraphIds) => ({ callgraphId: { $in: callgraphIds } })),
      ...(after === undefined ? [] : [{ callgraphId: { $gt: after } }]),
    ]
    const found = { tenant, ...Object.fromEntries(wanted), ...(conditions.length > 0 && { $and: conditions }) }
    const documents = await this.#callgraphs.find(found, { sort: { callgraphId: 1 }, limit })
    return await this.#records(tenant, documents)
  }

  async #linkedTo(link: Omit<CallgraphLink, 'callgraphId'>): Promise<string[]> {
    return (await this.#links.find({ ...link })).map(({ callgraphId }) => callgraphId)
  }

  async #records(tenant: Tenant, documents: readonly CallgraphDocument[]): Promise<CallgraphRecord[]> {
    if (documents.length === 0) return []
    const callgraphIds = documents.map(({ callgraphId }) => callgraphId)
    const links = await this.#links.find({ tenant, callgraphId: { $in: callgraphIds } })
    return await Promise.all(documents.map((document) => this.#recordOf(document, links)))
  }

  async #recordOf(document: CallgraphDocument, links: readonly CallgraphLink[]): Promise<CallgraphRecord> {
    const { tenant, callgraphId, content } = document
    const record = await this.#texts.get<Omit<CallgraphRecord, 'analysisIds' | 'subjectKeys'>>(tenant, content)
    // A record is never replaced.
    if (record === undefined) throw storeError('STORE_UNAVAILABLE', 'a part of a text is missing')
    const own = links.filter((link) => link.callgraphId === callgraphId)
    return { ...record, analysisIds: valuesOf(own, 'analysisId'), subjectKeys: valuesOf(own, 'subjectKey') }
  }
}

function valuesOf(links: readonly CallgraphLink[], kind: CallgraphLink['kind']): string[] {
  return links
    .filter((link) => link.kind === kind)
    .map(({ value }) => value)
    .sort()
}

/** One that is there already may not be durable yet; it is when this resolves. */
async function insertOnce<Doc extends object>(
  documents: Documents<Doc>,
  document: Doc,
  key: object,
): Promise<'created' | 'unchanged'> {
  const found: Query = { ...key }
  for (;;) {
    if ((await documents.insert(document)) === 'inserted') return 'created'
    if (await documents.areDurable(found, 1)) return 'unchanged'
  }
}
