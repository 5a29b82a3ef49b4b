import type { Evidence, Receipt } from '../evidence/evidence.ts'
import type { EvidenceDocument } from '../evidence/mongo-evidence-queue.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { storeError } from '../lib/store-errors.ts'
import { Documents } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { ordinalText } from '../mongo/ordinal-text.ts'
import { type StoredText, TextStore } from '../mongo/stored-text.ts'
import type { InventoriedEvidence, Inventory } from './inventory.ts'

interface OfTenant {
  readonly tenant: Tenant
}
interface SubjectDocument extends OfTenant {
  readonly subjectKey: string
  readonly version: number
}
interface BundleDocument extends OfTenant {
  readonly analysisId: string
}

const collections = ['evidence', 'callgraphs', 'unionBundles', 'facts', 'events']

export class MongoInventory implements Inventory {
  readonly #evidence: Documents<EvidenceDocument>
  readonly #facts: Documents<SubjectDocument>
  readonly #bundles: Documents<BundleDocument>
  readonly #all: readonly Documents<OfTenant>[]
  readonly #texts: TextStore

  constructor(mongo: MongoConnection) {
    this.#evidence = new Documents(mongo.db.collection('evidence'))
    this.#facts = new Documents(mongo.db.collection('facts'))
    this.#bundles = new Documents(mongo.db.collection('unionBundles'))
    this.#all = collections.map((name) => new Documents(mongo.db.collection(name)))
    this.#texts = new TextStore(mongo)
  }

  async tenants(): Promise<Tenant[]> {
    const stages = [{ $sort: { tenant: 1 } }, { $group: { _id: '$tenant' } }]
    const groups = await Promise.all(this.#all.map((documents) => documents.aggregate<{ _id: Tenant }>(stages)))
    return [...new Set(groups.flat().map(({ _id }) => _id))].sort(compareOrdinal)
  }

  /** Subjects are read behind their evidence: what was folded by then must be in them. */
  async evidence(tenant: Tenant, after = '', limit: number): Promise<InventoriedEvidence[]> {
    const documents = await this.#evidence.find({ tenant, id: { $gt: after } }, { sort: { id: 1 }, limit })
    const orders = documents.flatMap(({ subjectKey }) => (subjectKey === undefined ? [] : [ordinalText(subjectKey)]))
    const members = ['subjectKey', 'version']
    const subjects = await this.#facts.find({ tenant, subjectOrder: { $in: [...new Set(orders)] } }, { members })
    const versions = new Map(subjects.map(({ subjectKey, version }) => [subjectKey, version]))
    return await Promise.all(documents.map((document) => this.#evidenceOf(document, versions)))
  }

  async subjectKeys(tenant: Tenant, after = '', limit: number): Promise<string[]> {
    const found = { tenant, subjectOrder: { $gt: ordinalText(after) } }
    const options = { sort: { subjectOrder: 1 } as const, limit, members: ['subjectKey'] }
    return (await this.#facts.find(found, options)).map(({ subjectKey }) => subjectKey)
  }

  async analysisIds(tenant: Tenant, after = '', limit: number): Promise<string[]> {
    const found = { tenant, analysisId: { $gt: after } }
    const options = { sort: { analysisId: 1 } as const, limit, members: ['analysisId'] }
    return (await this.#bundles.find(found, options)).map(({ analysisId }) => analysisId)
  }

  async #evidenceOf(document: EvidenceDocument, versions: ReadonlyMap<string, number>): Promise<InventoriedEvidence> {
    const { tenant, id, subjectKey, isPending, factVersion } = document
    const { payload } = await this.#textOf<Evidence>(tenant, document.content)
    const subjectVersion = subjectKey === undefined ? undefined : versions.get(subjectKey)
    return {
      id,
      state: isPending ? 'pending' : 'folded',
      payload,
      receipt: await this.#textOf<Receipt>(tenant, document.receipt),
      ...(subjectKey !== undefined && { subjectKey }),
      ...(factVersion !== undefined && { factVersion }),
      ...(subjectVersion !== undefined && { subjectVersion }),
    }
  }

  async #textOf<Value>(tenant: Tenant, stored: StoredText): Promise<Value> {
    const value = await this.#texts.get<Value>(tenant, stored)
    if (value === undefined) throw storeError('STORE_UNAVAILABLE', 'a part of a text is missing')
    return value
  }
}
