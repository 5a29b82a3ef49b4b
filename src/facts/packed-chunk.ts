import { backslash, quote } from '../lib/json-bytes.ts'

/**
 * A chunk as it is stored, and where each of its entries ends. Of 512 entries a batch touches a few: only those are parsed,
 * about nine to find each and the one itself. On a subject of 100,000 symbols that is a tenth of the time of parsing and writing all
 * (its obvious twin is `mergeEntries` in `merge-entries.ts`).
 */
export interface PackedChunk {
  readonly bytes: Buffer
  /** By entry: the offset behind its last byte. */
  readonly ends: Uint32Array
}

const opening = new Uint8Array(256)
const closing = new Uint8Array(256)
for (const byte of Buffer.from('[{')) opening[byte] = 1
for (const byte of Buffer.from(']}')) closing[byte] = 1

/** Of a canonical JSON array, as every chunk is: nothing but commas stands between its entries. */
export function packedChunk(bytes: Buffer): PackedChunk {
  const ends: number[] = []
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) at = endOfString(bytes, at)
    else if (opening[byte] === 1) depth++
    else if (closing[byte] === 1 && --depth === 1) ends.push(at + 1)
  }
  return { bytes, ends: Uint32Array.from(ends) }
}

function endOfString(bytes: Buffer, begin: number): number {
  for (let at = begin + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++
    else if (bytes[at] === quote) return at
  }
  return bytes.length
}

export function entryAt<Entry>({ bytes, ends }: PackedChunk, position: number): Entry {
  return JSON.parse(bytes.toString('utf8', startOf(ends, position), ends[position])) as Entry
}

/** The bytes of neighbouring entries, with the commas between them. */
export function entriesBetween({ bytes, ends }: PackedChunk, begin: number, end: number): Buffer {
  return bytes.subarray(startOf(ends, begin), ends[end - 1])
}

/** The first position from `begin` whose key is not below `key`; the number of entries when there is none. */
export function positionOf<Entry>(
  chunk: PackedChunk,
  keyOf: (entry: Entry) => string,
  { key, begin }: { readonly key: string; readonly begin: number },
): number {
  let low = begin
  let high = chunk.ends.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keyOf(entryAt<Entry>(chunk, middle)) < key) low = middle + 1
    else high = middle
  }
  return low
}

function startOf(ends: Uint32Array, position: number): number {
  return position === 0 ? 1 : (ends[position - 1] ?? 0) + 1
}
