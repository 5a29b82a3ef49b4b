import { Timestamp } from 'mongodb'
import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { Documents, type Query } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { type StoredText, TextStore } from '../mongo/stored-text.ts'
import type { Evidence, IdempotencyClaim, Receipt } from './evidence.ts'
import type { AppendOutcome, EvidenceQueue, HistoryQuery, PendingSubject, StoredReceipt } from './evidence-queue.ts'

export interface EvidenceDocument {
  readonly tenant: Tenant
  readonly id: string
  readonly subjectKey?: string
  readonly receivedAt: string
  /** Filled in by the server: one clock for all replicas, so what was acknowledged first stands first. */
  readonly arrivedAt: Timestamp
  readonly isPending: boolean
  readonly factVersion?: number
  readonly claim?: IdempotencyClaim
  readonly receipt: StoredText
  readonly content: StoredText
}

interface Claimed {
  readonly fingerprint: string
  readonly receipt: Receipt
}

const maxInlineBytes = 512 * 1024

export class MongoEvidenceQueue implements EvidenceQueue {
  readonly #evidence: Documents<EvidenceDocument>
  readonly #texts: TextStore

  constructor(mongo: MongoConnection) {
    this.#evidence = new Documents(mongo.db.collection('evidence'))
    this.#texts = new TextStore(mongo)
  }

  async append(evidence: Evidence): Promise<AppendOutcome> {
    const document = await this.#documentOf(evidence)
    if ((await this.#evidence.insert(document)) === 'inserted') return { status: 'appended' }
    await this.#texts.remove(evidence.tenant, document.receipt, document.content)
    const claimed = evidence.idempotency && (await this.#findClaim(evidence.tenant, evidence.idempotency))
    if (claimed) return { status: 'claimed', ...claimed }
    // What held the key was not durable yet, and its server lost it: the client may try again.
    throw storeError('STORE_UNAVAILABLE', 'the evidence that held the key is gone')
  }

  async findClaim(tenant: Tenant, scope: string, key: string): Promise<Claimed | undefined> {
    const found = { tenant, 'claim.scope': scope, 'claim.key': key }
    // Most keys are new, and to look for them must cost no write.
    const isKnown = (await this.#evidence.findFirst(found, { members: ['id'] })) !== undefined
    return isKnown ? await this.#findClaim(tenant, { scope, key }) : undefined
  }

  async findReceipt(tenant: Tenant, receiptId: string): Promise<StoredReceipt | undefined> {
    const document = await this.#evidence.findFirst({ tenant, id: receiptId })
    return document && storedReceiptOf(document, await this.#textOf(tenant, document.receipt))
  }

  async pending(subject: PendingSubject, limit: number): Promise<Evidence[]> {
    const documents = await this.#evidence.find(pendingOf(subject), { sort: { arrivedAt: 1 }, limit })
    if (documents.length === 0) return []
    const ids = documents.map(({ id }) => id)
    const read = { ...pendingOf(subject), id: { $in: ids } }
    // A fold that took in what its server then loses would count it again when the client repeats it.
    if (!(await this.#evidence.areDurable(read, ids.length))) return await this.pending(subject, limit)
    return await Promise.all(documents.map((document) => this.#evidenceOf(document)))
  }

  async history({ tenant, subjectKey }: PendingSubject, { version, after, limit }: HistoryQuery): Promise<Evidence[]> {
    const last = after === undefined ? undefined : await this.#evidence.findFirst({ tenant, id: after })
    // A missing version sorts before every number: what was folded while there was no fact yet.
    const held = { $or: [{ factVersion: { $exists: false } }, { factVersion: { $lte: version } }] }
    // Two members and no more: what is handed in may be a whole row, and every member would have to match.
    const found = { tenant, subjectKey, isPending: false, $and: [held, ...(last ? [behind(last)] : [])] }
    const documents = await this.#evidence.find(found, { sort: { factVersion: 1, arrivedAt: 1, id: 1 }, limit })
    return await Promise.all(documents.map((document) => this.#evidenceOf(document)))
  }

  async ofSubject({ tenant, subjectKey }: PendingSubject, after = '', limit: number): Promise<Evidence[]> {
    const found = { tenant, subjectKey, id: { $gt: after } }
    const documents = await this.#evidence.find(found, { sort: { id: 1 }, limit })
    return await Promise.all(documents.map((document) => this.#evidenceOf(document)))
  }

  /** Documents first: who finds one finds its parts. */
  async remove(tenant: Tenant, ids: readonly string[]): Promise<void> {
    const found = { tenant, id: { $in: ids } }
    const documents = await this.#evidence.find(found, { members: ['receipt', 'content'] })
    await this.#evidence.removeAll(found, { isDurable: true })
    await this.#texts.remove(tenant, ...documents.flatMap(({ receipt, content }) => [receipt, content]))
  }

  async countPending(subject: PendingSubject): Promise<number> {
    return await this.#evidence.count(pendingOf(subject))
  }

  async countAllPending(tenant?: Tenant): Promise<number> {
    return await this.#evidence.count({ isPending: true, ...(tenant !== undefined && { tenant }) })
  }

  async pendingSubjects(receivedBefore: string, limit: number): Promise<PendingSubject[]> {
    const groups = await this.#evidence.aggregate<{ _id: PendingSubject }>([
      { $match: { isPending: true, receivedAt: { $lt: receivedBefore } } },
      { $group: { _id: { tenant: '$tenant', subjectKey: '$subjectKey' }, arrivedAt: { $min: '$arrivedAt' } } },
      { $sort: { arrivedAt: 1 } },
      { $limit: limit },
    ])
    return groups.map(({ _id }) => _id)
  }

  async markFolded(tenant: Tenant, ids: readonly string[], factVersion: number | undefined): Promise<void> {
    const mark = { isPending: false, ...(factVersion !== undefined && { factVersion }) }
    await this.#evidence.updateAll({ tenant, id: { $in: ids }, isPending: true }, { $set: mark })
  }

  async #documentOf({ receipt, ...content }: Evidence): Promise<EvidenceDocument> {
    const { tenant, id, subjectKey, receivedAt, idempotency } = content
    return {
      tenant,
      id,
      ...(subjectKey !== undefined && { subjectKey }),
      receivedAt,
      arrivedAt: filledInByServer,
      isPending: subjectKey !== undefined,
      ...(idempotency && { claim: idempotency }),
      receipt: await this.#texts.put(tenant, receipt, maxInlineBytes),
      content: await this.#texts.put(tenant, content, maxInlineBytes),
    }
  }

  /** Who repeats a request is answered as the first was: by then the first must be durable too. */
  async #findClaim(
    tenant: Tenant,
    { scope, key }: Omit<IdempotencyClaim, 'fingerprint'>,
  ): Promise<Claimed | undefined> {
    const document = await this.#evidence.findDurable({ tenant, 'claim.scope': scope, 'claim.key': key })
    if (!document?.claim) return undefined
    return { fingerprint: document.claim.fingerprint, receipt: await this.#textOf(tenant, document.receipt) }
  }

  async #evidenceOf({ tenant, content, receipt }: EvidenceDocument): Promise<Evidence> {
    const evidence = await this.#textOf<Omit<Evidence, 'receipt'>>(tenant, content)
    return { ...evidence, receipt: await this.#textOf(tenant, receipt) }
  }

  /** Evidence is never replaced: its text is there, or the store is damaged. */
  async #textOf<Value>(tenant: Tenant, stored: StoredText): Promise<Value> {
    const value = await this.#texts.get<Value>(tenant, stored)
    if (value === undefined) throw storeError('STORE_UNAVAILABLE', 'a part of a text is missing')
    return value
  }
}

const filledInByServer = new Timestamp({ t: 0, i: 0 })

function pendingOf({ tenant, subjectKey }: PendingSubject): Query {
  return { isPending: true, tenant, subjectKey }
}

function behind({ factVersion, arrivedAt, id }: EvidenceDocument): Query {
  const sameVersion = factVersion === undefined ? { $exists: false } : factVersion
  const laterVersion = factVersion === undefined ? { $exists: true } : { $gt: factVersion }
  return {
    $or: [
      { factVersion: laterVersion },
      { factVersion: sameVersion, arrivedAt: { $gt: arrivedAt } },
      { factVersion: sameVersion, arrivedAt, id: { $gt: id } },
    ],
  }
}

function storedReceiptOf(document: EvidenceDocument, receipt: Receipt): StoredReceipt {
  const { subjectKey, receivedAt, isPending, factVersion } = document
  return {
    receipt,
    receivedAt,
    state: isPending ? 'pending' : 'folded',
    ...(subjectKey !== undefined && { subjectKey }),
    ...(factVersion !== undefined && { factVersion }),
  }
}
