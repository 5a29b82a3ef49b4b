import type { Tenant } from '../identifiers/tenant.ts'
import { Documents, type FindOptions, type Query } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { type StoredText, TextStore } from '../mongo/stored-text.ts'
import { deadLetterCursor, positionOfCursor } from './dead-letter-cursor.ts'
import type { DeadLetter, DeadLetterPage, DeadLetters } from './dead-letters.ts'

interface DeadLetterDocument {
  readonly tenant: Tenant
  readonly eventId: string
  readonly deadAt: string
  readonly factVersion: number
  readonly isTold: boolean
  readonly letter: StoredText
}

const maxInlineBytes = 512 * 1024
// Times and ids are ASCII, of which MongoDB's order of text is ours.
const inOrder = { deadAt: 1, factVersion: 1, eventId: 1 } as const

export class MongoDeadLetters implements DeadLetters {
  readonly #letters: Documents<DeadLetterDocument>
  readonly #texts: TextStore

  constructor(mongo: MongoConnection) {
    this.#letters = new Documents(mongo.db.collection('deadLetters'))
    this.#texts = new TextStore(mongo)
  }

  async add(letter: DeadLetter): Promise<void> {
    const { event, deadAt } = letter
    // A fact's tenant was checked when its evidence came.
    const tenant = event.tenant as Tenant
    const stored = await this.#texts.put(tenant, letter, maxInlineBytes)
    const { event_id: eventId, fact_version: factVersion } = event
    const outcome = await this.#letters.insert({ tenant, eventId, deadAt, factVersion, isTold: false, letter: stored })
    if (outcome === 'duplicate') await this.#texts.remove(tenant, stored)
  }

  async find(tenant: Tenant, eventId: string): Promise<DeadLetter | undefined> {
    const [letter] = await this.#read({ tenant, eventId }, { limit: 1 })
    return letter
  }

  async remove(tenant: Tenant, eventId: string): Promise<boolean> {
    const document = await this.#letters.findFirst({ tenant, eventId })
    if (!document || (await this.#letters.removeAll({ tenant, eventId }, { isDurable: true })) === 0) return false
    await this.#texts.remove(tenant, document.letter)
    return true
  }

  async page(tenant: Tenant, after: string | undefined, limit: number): Promise<DeadLetterPage> {
    const items = await this.#read({ tenant, ...(after !== undefined && behind(after)) }, { sort: inOrder, limit })
    const last = items.at(-1)
    return { items, ...(last && { nextCursor: deadLetterCursor(last) }) }
  }

  async count(): Promise<number> {
    return await this.#letters.count({})
  }

  async untold(limit: number): Promise<readonly DeadLetter[]> {
    return await this.#read({ isTold: false }, { sort: inOrder, limit })
  }

  async markTold(tenant: Tenant, eventId: string): Promise<void> {
    await this.#letters.updateAll({ tenant, eventId }, { $set: { isTold: true } })
  }

  async #read(found: Query, options: FindOptions): Promise<DeadLetter[]> {
    const documents = await this.#letters.find(found, options)
    const letters = await Promise.all(
      documents.map(({ tenant, letter }) => this.#texts.get<DeadLetter>(tenant, letter)),
    )
    // One whose parts are gone was removed while it was read.
    return letters.filter((letter) => letter !== undefined)
  }
}

function behind(cursor: string): Query {
  const [deadAt, factVersion, eventId] = positionOfCursor(cursor)
  return {
    $or: [
      { deadAt: { $gt: deadAt } },
      { deadAt, factVersion: { $gt: factVersion } },
      { deadAt, factVersion, eventId: { $gt: eventId } },
    ],
  }
}
