import type { Digest } from '../identifiers/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { LongList } from './fact.ts'
import { isChunkedList } from './long-list.ts'
import type { KeyOf } from './merge-entries.ts'

/** An entry as one list has it and as the other does; absent where only one has it. */
export interface DifferingEntry<Entry> {
  readonly before?: Entry
  readonly after?: Entry
}

export interface ComparedList<Entry> {
  readonly list: LongList<Entry>
  readonly readChunk: (digest: Digest) => Promise<readonly Entry[]>
}

/**
 * Where two lists of one order differ, in that order. One list has one chunking, so chunks that both name are never read:
 * the cost grows with what changed. One chunk of each is held at a time.
 */
export async function* differingEntries<Entry>(
  keyOf: KeyOf<Entry>,
  before: ComparedList<Entry>,
  after: ComparedList<Entry>,
): AsyncGenerator<DifferingEntry<Entry>> {
  const one = new EntryCursor(before, chunkNames(after.list))
  const other = new EntryCursor(after, chunkNames(before.list))
  for (;;) {
    const [left, right] = [await one.next(), await other.next()]
    if (left === undefined && right === undefined) return
    const leftKey = left === undefined ? undefined : keyOf(left)
    const rightKey = right === undefined ? undefined : keyOf(right)
    const isLeftFirst = leftKey !== undefined && (rightKey === undefined || leftKey < rightKey)
    const isRightFirst = rightKey !== undefined && (leftKey === undefined || rightKey < leftKey)
    if (!isRightFirst) one.pass()
    if (!isLeftFirst) other.pass()
    if (isLeftFirst && left !== undefined) yield { before: left }
    else if (isRightFirst && right !== undefined) yield { after: right }
    else if (left !== undefined && right !== undefined && canonicalJson(left) !== canonicalJson(right)) {
      yield { before: left, after: right }
    }
  }
}

function chunkNames<Entry>(list: LongList<Entry>): ReadonlySet<Digest> {
  return new Set(isChunkedList(list) ? list.chunks : [])
}

/** Goes through those chunks of a list that the other has not. */
class EntryCursor<Entry> {
  readonly #readChunk: ComparedList<Entry>['readChunk']
  readonly #chunks: readonly Digest[]
  #nextChunk = 0
  #entries: readonly Entry[]
  #position = 0

  constructor({ list, readChunk }: ComparedList<Entry>, common: ReadonlySet<Digest>) {
    this.#readChunk = readChunk
    this.#chunks = isChunkedList(list) ? list.chunks.filter((digest) => !common.has(digest)) : []
    this.#entries = isChunkedList(list) ? [] : list
  }

  /** The entry at the cursor, until it is passed; undefined at the end. */
  async next(): Promise<Entry | undefined> {
    while (this.#position >= this.#entries.length) {
      const digest = this.#chunks[this.#nextChunk]
      if (digest === undefined) return undefined
      this.#nextChunk += 1
      this.#entries = await this.#readChunk(digest)
      this.#position = 0
    }
    return this.#entries[this.#position]
  }

  pass(): void {
    this.#position += 1
  }
}
