import { canonicalJson } from '../lib/canonical-json.ts'
import { beginsChunk } from './begins-chunk.ts'
import type { UpsertShape } from './merge-entries.ts'
import { entriesBetween, entryAt, type PackedChunk, positionOf } from './packed-chunk.ts'

/** A chunk that is not stored yet. */
export interface NewChunk {
  readonly bytes: Buffer
  readonly count: number
  readonly firstKey: string
}

export interface Spliced {
  /** What the chunk becomes: itself when nothing was added and nothing changed. */
  readonly chunks: readonly NewChunk[]
  readonly added: number
  readonly changed: number
}

/** Puts ordered fresh entries into a chunk; the bytes of all entries that stay as they are, are copied and not read. */
export function spliceChunk<Entry>(
  { keyOf, merge }: UpsertShape<Entry>,
  { chunk, firstKey }: { readonly chunk: PackedChunk; readonly firstKey: string },
  fresh: readonly Entry[],
): Spliced {
  const count = chunk.ends.length
  const pieces = new ChunkPieces()
  let added = 0
  let changed = 0
  let copied = 0
  const copyTo = (end: number): void => {
    if (end === copied) return
    // Only the chunk's own first entry can get entries in front of it, and so have to ask whether it begins another.
    pieces.add(entriesBetween(chunk, copied, end), { count: end - copied, key: firstKey, mayBegin: copied === 0 })
    copied = end
  }
  const put = (entry: Entry, mayBegin: boolean): void =>
    pieces.add(Buffer.from(canonicalJson(entry)), { count: 1, key: keyOf(entry), mayBegin })
  for (const entry of fresh) {
    const key = keyOf(entry)
    const position = positionOf(chunk, keyOf, { key, begin: copied })
    copyTo(position)
    const before = position < count ? entryAt<Entry>(chunk, position) : undefined
    if (before === undefined || keyOf(before) !== key) {
      put(entry, true)
      added++
      continue
    }
    const merged = merge(before, entry)
    if (merged === before) continue
    put(merged, position === 0)
    copied = position + 1
    changed++
  }
  copyTo(count)
  return { chunks: pieces.chunks(), added, changed }
}

interface Piece {
  readonly count: number
  /** Of its first entry. */
  readonly key: string
  readonly mayBegin: boolean
}

const comma = Buffer.from(',')

class ChunkPieces {
  readonly #chunks: NewChunk[] = []
  #open: Buffer[] = []
  #count = 0
  #firstKey = ''

  add(bytes: Buffer, { count, key, mayBegin }: Piece): void {
    if (this.#count > 0 && mayBegin && beginsChunk(key)) this.#close()
    if (this.#count === 0) this.#firstKey = key
    else this.#open.push(comma)
    this.#open.push(bytes)
    this.#count += count
  }

  chunks(): readonly NewChunk[] {
    if (this.#count > 0) this.#close()
    return this.#chunks
  }

  #close(): void {
    const bytes = Buffer.concat([Buffer.from('['), ...this.#open, Buffer.from(']')])
    this.#chunks.push({ bytes, count: this.#count, firstKey: this.#firstKey })
    this.#open = []
    this.#count = 0
  }
}
