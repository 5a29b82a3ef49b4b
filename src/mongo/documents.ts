import { BSON, type Collection, type Document, type Sort } from 'mongodb'
import { storeError } from '../lib/store-errors.ts'
import { isDuplicate, translatingErrors } from './mongo-errors.ts'

/** Far below the 16 MB of MongoDB: what a subject has collected must never be what stops it. */
export const maxDocumentBytes = 2 * 1024 * 1024

export type Query = Readonly<Record<string, unknown>>

export interface FindOptions {
  readonly sort?: Sort
  readonly limit?: number
  /** Members to read; all when absent. */
  readonly members?: readonly string[]
}

// Changes nothing, but is a write: it is answered only when what it found is durable.
const noChange = { $unset: { nothing: '' } }

/**
 * One collection as the adapters use it. Every write is durable when it resolves, every read is of majority-committed
 * documents, every error is one of ours. The documents are our own, so this is where they become typed.
 */
export class Documents<Doc extends object> {
  readonly #collection: Collection

  constructor(collection: Collection) {
    this.#collection = collection
  }

  insert(document: Doc): Promise<'inserted' | 'duplicate'> {
    return this.insertInOrder([document])
  }

  /** Stops at the first duplicate: what stood before it was inserted. */
  async insertInOrder(documents: readonly Doc[]): Promise<'inserted' | 'duplicate'> {
    return unlessDuplicate('inserted', () => this.#collection.insertMany(documents.map(bounded), { ordered: true }))
  }

  /** The document as it was before, or undefined when none was found and nothing was written. */
  replace(found: Query, document: Doc): Promise<Doc | undefined> {
    return translatingErrors(async () => {
      const before = await this.#collection.findOneAndReplace(found, bounded(document), { returnDocument: 'before' })
      return typed<Doc>(before)
    })
  }

  /** How many documents were found; some may have been so already. */
  updateAll(found: Query, update: Document | Document[]): Promise<number> {
    return translatingErrors(async () => (await this.#collection.updateMany(found, update)).matchedCount)
  }

  /** Makes the document where there is none; `duplicate` when its key is taken by one that was not found. */
  upsert(
    found: Query,
    update: Document,
    { isDurable }: { readonly isDurable: boolean },
  ): Promise<'written' | 'duplicate'> {
    const options = { upsert: true, ...(!isDurable && { writeConcern: { w: 1, journal: false } }) }
    return unlessDuplicate('written', () => this.#collection.updateOne(found, update, options))
  }

  /** How many there were. */
  removeAll(found: Query, { isDurable }: { readonly isDurable: boolean }): Promise<number> {
    const options = isDurable ? {} : { writeConcern: { w: 1, journal: false } }
    return translatingErrors(async () => (await this.#collection.deleteMany(found, options)).deletedCount)
  }

  /**
   * The first found, once it is sure that no crash takes it back. A plain read also sees what the server has not yet
   * written to its journal; whatever cannot be undone must not rest on that.
   */
  findDurable(found: Query, { members }: Pick<FindOptions, 'members'> = {}): Promise<Doc | undefined> {
    return translatingErrors(async () =>
      typed<Doc>(await this.#collection.findOneAndUpdate(found, noChange, projecting(members))),
    )
  }

  /** Whether no crash can take back what was read: so many are still found, by a write that waited until they are durable. */
  async areDurable(found: Query, count: number): Promise<boolean> {
    return (await this.updateAll(found, noChange)) === count
  }

  find(found: Query, { sort, limit, members }: FindOptions = {}): Promise<Doc[]> {
    return translatingErrors(async () => {
      const cursor = this.#collection.find(found, projecting(members))
      if (sort) cursor.sort(sort)
      if (limit !== undefined) cursor.limit(limit)
      return (await cursor.toArray()).map((document) => document as Doc)
    })
  }

  async findFirst(found: Query, options: FindOptions = {}): Promise<Doc | undefined> {
    const [first] = await this.find(found, { ...options, limit: 1 })
    return first
  }

  count(found: Query): Promise<number> {
    return translatingErrors(() => this.#collection.countDocuments(found))
  }

  aggregate<Result>(stages: Document[]): Promise<Result[]> {
    return translatingErrors(async () => (await this.#collection.aggregate(stages).toArray()) as Result[])
  }
}

function unlessDuplicate<Outcome extends string>(
  outcome: Outcome,
  write: () => Promise<unknown>,
): Promise<Outcome | 'duplicate'> {
  return translatingErrors(async () => {
    try {
      await write()
      return outcome
    } catch (error) {
      if (isDuplicate(error)) return 'duplicate'
      throw error
    }
  })
}

function bounded(document: object): Document {
  const bytes = BSON.calculateObjectSize(document, { ignoreUndefined: true })
  if (bytes > maxDocumentBytes) throw storeError('STORE_REFUSED', `a document of ${bytes} bytes is too large`)
  return { ...document }
}

function typed<Doc>(document: Document | null): Doc | undefined {
  return document === null ? undefined : (document as Doc)
}

function projecting(members: readonly string[] | undefined): { projection?: Document } {
  return members ? { projection: Object.fromEntries(members.map((member) => [member, 1])) } : {}
}
