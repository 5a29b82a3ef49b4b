import { BSON, type Collection, type Document } from 'mongodb'
import type { MongoConnection } from '../../src/mongo/open-mongo.ts'

export interface CapturedDocuments {
  readonly mongo: MongoConnection
  /** Bytes of each document that was written, with the collection's name. */
  readonly written: { readonly collection: string; readonly bytes: number }[]
}

/** A database that is always empty, and only weighs what is written to it. */
export function capturedDocuments(): CapturedDocuments {
  const written: CapturedDocuments['written'] = []
  const collection = (name: string): Partial<Collection> => {
    const weigh = (document: Document): void => {
      written.push({ collection: name, bytes: BSON.calculateObjectSize(document, { ignoreUndefined: true }) })
    }
    const empty = { sort: () => empty, limit: () => empty, toArray: async () => [] }
    const ways = {
      insertMany: async (documents: readonly Document[]) => documents.forEach(weigh),
      updateOne: async () => undefined,
      updateMany: async () => ({ matchedCount: 0 }),
      deleteMany: async () => ({ deletedCount: 0 }),
      find: () => empty,
    }
    // Of a collection, the ways that `Documents` goes to write something new.
    return ways as unknown as Partial<Collection>
  }
  return { mongo: { db: { collection } } as unknown as MongoConnection, written }
}
