import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { Documents } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { type StoredText, TextStore } from '../mongo/stored-text.ts'
import type { UnionBundleRecord } from './union-bundle-record.ts'
import type { UnionBundleRepository } from './union-bundle-repository.ts'

interface BundleDocument {
  readonly tenant: Tenant
  readonly analysisId: string
  readonly content: StoredText
  /** JSON: it is small, and our JSON knows keys that BSON would mistake for operators. */
  readonly answer?: string
}

const maxInlineBytes = 512 * 1024

export class MongoUnionBundleRepository implements UnionBundleRepository {
  readonly #bundles: Documents<BundleDocument>
  readonly #texts: TextStore

  constructor(mongo: MongoConnection) {
    this.#bundles = new Documents(mongo.db.collection('unionBundles'))
    this.#texts = new TextStore(mongo)
  }

  async claim({ answer: _none, ...record }: UnionBundleRecord): Promise<UnionBundleRecord> {
    const { tenant, analysisId } = record
    const content = await this.#texts.put(tenant, record, maxInlineBytes)
    if ((await this.#bundles.insert({ tenant, analysisId, content })) === 'inserted') return record
    await this.#texts.remove(tenant, content)
    // Of another replica, it may not be durable yet; it is when this resolves.
    const stored = await this.#bundles.findDurable({ tenant, analysisId })
    if (stored) return await this.#recordOf(stored)
    throw storeError('STORE_UNAVAILABLE', 'a bundle is gone that was claimed a moment ago')
  }

  async complete(tenant: Tenant, analysisId: string, answer: Readonly<Record<string, unknown>>): Promise<void> {
    const found = { tenant, analysisId }
    const changed = await this.#bundles.updateAll(
      { ...found, answer: { $exists: false } },
      { $set: { answer: JSON.stringify(answer) } },
    )
    if (changed === 0) await this.#bundles.areDurable(found, 1)
  }

  async replace({ answer, ...record }: UnionBundleRecord): Promise<void> {
    const { tenant, analysisId } = record
    const before = await this.#bundles.findFirst({ tenant, analysisId })
    if (!before) return
    const content = await this.#texts.put(tenant, record, maxInlineBytes)
    await this.#bundles.updateAll({ tenant, analysisId }, { $set: { content, answer: JSON.stringify(answer) } })
    await this.#texts.remove(tenant, before.content)
  }

  async remove(tenant: Tenant, analysisId: string): Promise<void> {
    const before = await this.#bundles.findFirst({ tenant, analysisId })
    if (!before) return
    await this.#bundles.removeAll({ tenant, analysisId }, { isDurable: true })
    await this.#texts.remove(tenant, before.content)
  }

  async find(tenant: Tenant, analysisId: string): Promise<UnionBundleRecord | undefined> {
    const stored = await this.#bundles.findFirst({ tenant, analysisId })
    return stored && (await this.#recordOf(stored))
  }

  async #recordOf({ tenant, content, answer }: BundleDocument): Promise<UnionBundleRecord> {
    const record = await this.#texts.get<Omit<UnionBundleRecord, 'answer'>>(tenant, content)
    // A record is never replaced.
    if (record === undefined) throw storeError('STORE_UNAVAILABLE', 'a part of a text is missing')
    return { ...record, ...(answer !== undefined && { answer: JSON.parse(answer) }) }
  }
}
