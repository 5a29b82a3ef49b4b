import { randomUUID } from 'node:crypto'
import { Binary } from 'mongodb'
import type { Tenant } from '../identifiers/tenant.ts'
import { Documents } from './documents.ts'
import type { MongoConnection } from './open-mongo.ts'

/** JSON within its document, or, where it is long, in parts beside it. Our JSON knows keys that BSON would mistake for operators. */
export type StoredText = { readonly text: string } | { readonly set: string; readonly parts: number }

interface TextPart {
  readonly tenant: Tenant
  readonly set: string
  readonly part: number
  readonly bytes: Buffer | Binary
}

const bytesPerPart = 1024 * 1024

/**
 * Keeps documents small whatever a subject holds. Parts are written before the document that names them, under a name that
 * is never used again: who finds the document finds them, unless another has replaced it meanwhile.
 */
export class TextStore {
  readonly #parts: Documents<TextPart>

  constructor(mongo: MongoConnection) {
    this.#parts = new Documents(mongo.db.collection('textParts'))
  }

  /** Durable when it resolves. */
  async put(tenant: Tenant, value: unknown, maxInlineBytes: number): Promise<StoredText> {
    const text = JSON.stringify(value)
    if (Buffer.byteLength(text) <= maxInlineBytes) return { text }
    const set = randomUUID()
    const parts = [...partsOf(Buffer.from(text))]
    // One at a time: a message to the server holds 48 MB at the most.
    for (const [part, bytes] of parts.entries()) {
      await this.#parts.insert({ tenant, set, part, bytes: new Binary(bytes) })
    }
    return { set, parts: parts.length }
  }

  /** Undefined when its document was replaced since it was read. */
  async get<Value>(tenant: Tenant, stored: StoredText): Promise<Value | undefined> {
    if ('text' in stored) return JSON.parse(stored.text) as Value
    const found = await this.#parts.find({ tenant, set: stored.set }, { sort: { part: 1 } })
    if (found.length !== stored.parts) return undefined
    return JSON.parse(Buffer.concat(found.map(({ bytes }) => bytesOf(bytes))).toString('utf8')) as Value
  }

  /** After their document is replaced, or was never written. What fails here only costs room. */
  async remove(tenant: Tenant, ...stored: readonly StoredText[]): Promise<void> {
    const sets = stored.flatMap((one) => ('set' in one ? [one.set] : []))
    if (sets.length === 0) return
    await this.#parts.removeAll({ tenant, set: { $in: sets } }, { isDurable: false }).catch(() => undefined)
  }
}

function* partsOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += bytesPerPart) yield bytes.subarray(start, start + bytesPerPart)
}

/** What the driver gives for binary data. */
export function bytesOf(value: Buffer | Binary): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer)
}
