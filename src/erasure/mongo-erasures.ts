import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { Documents, type Query } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { type StoredText, TextStore } from '../mongo/stored-text.ts'
import { type Erasure, hasLeft, nothingLeft } from './erasure.ts'
import type { ErasureScope, Erasures, Hold } from './erasures.ts'

interface ErasureDocument {
  readonly tenant: Tenant
  readonly id: string
  /** Empty for a whole tenant. */
  readonly subjectKey: string
  readonly planDigest: string
  readonly version: number
  readonly isRunning: boolean
  /** It runs, or has left content. */
  readonly isOpen: boolean
  readonly hasEnded: boolean
  readonly content: StoredText
}

const maxInlineBytes = 512 * 1024

export class MongoErasures implements Erasures {
  readonly #erasures: Documents<ErasureDocument>
  readonly #texts: TextStore

  constructor(mongo: MongoConnection) {
    this.#erasures = new Documents(mongo.db.collection('erasures'))
    this.#texts = new TextStore(mongo)
  }

  async begin(erasure: Erasure): Promise<void> {
    const { tenant, id, planDigest, version } = erasure
    const content = await this.#texts.put(tenant, erasure, maxInlineBytes)
    const state = { isRunning: true, isOpen: true, hasEnded: false }
    await this.#erasures.insert({ tenant, id, subjectKey: keyOf(erasure), planDigest, version, ...state, content })
  }

  /** This one first: the others stay open until what they left is told by it. */
  async end(erasure: Erasure): Promise<void> {
    const others = (await this.open(erasure)).filter(({ id }) => id !== erasure.id)
    await this.#put(erasure, { isOpen: hasLeft(erasure), hasEnded: true })
    for (const other of others) {
      const hasEnded = other.endedAt !== undefined
      await this.#put({ ...other, left: nothingLeft }, { isOpen: false, hasEnded })
    }
  }

  async open(scope: ErasureScope): Promise<Erasure[]> {
    return await this.#all({ ...scopeOf(scope), isOpen: true })
  }

  async findEnded(scope: ErasureScope, planDigest: string): Promise<Erasure | undefined> {
    return (await this.#all({ ...scopeOf(scope), planDigest, hasEnded: true })).at(-1)
  }

  async holdOf({ tenant, subjectKey }: PendingSubject): Promise<Hold> {
    const found = { tenant, subjectKey: { $in: [subjectKey, ''] } }
    const members = ['subjectKey', 'version', 'isRunning']
    const all = await this.#erasures.find(found, { members })
    const own = all.filter((erasure) => erasure.subjectKey === subjectKey)
    return {
      isRunning: all.some(({ isRunning }) => isRunning),
      erasedThrough: Math.max(0, ...own.map(({ version }) => version)),
    }
  }

  async page(tenant: Tenant, after = '', limit: number): Promise<Erasure[]> {
    return await this.#all({ tenant, id: { $gt: after } }, limit)
  }

  async #put(erasure: Erasure, state: Pick<ErasureDocument, 'isOpen' | 'hasEnded'>): Promise<void> {
    const { tenant, id } = erasure
    const before = await this.#erasures.findFirst({ tenant, id })
    const content = await this.#texts.put(tenant, erasure, maxInlineBytes)
    await this.#erasures.updateAll({ tenant, id }, { $set: { ...state, isRunning: false, content } })
    if (before) await this.#texts.remove(tenant, before.content)
  }

  async #all(found: Query, limit?: number): Promise<Erasure[]> {
    const options = { sort: { id: 1 } as const, ...(limit !== undefined && { limit }) }
    const documents = await this.#erasures.find(found, options)
    return await Promise.all(documents.map(({ tenant, content }) => this.#erasureOf(tenant, content)))
  }

  async #erasureOf(tenant: Tenant, stored: StoredText): Promise<Erasure> {
    const erasure = await this.#texts.get<Erasure>(tenant, stored)
    if (erasure === undefined) throw storeError('STORE_UNAVAILABLE', 'a part of a text is missing')
    return erasure
  }
}

function scopeOf(scope: ErasureScope): Query {
  return { tenant: scope.tenant, subjectKey: keyOf(scope) }
}

/** No subject has an empty key. */
function keyOf({ subjectKey = '' }: ErasureScope): string {
  return subjectKey
}
