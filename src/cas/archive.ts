import { createReadStream } from 'node:fs'
import { compareOrdinal } from '../lib/ordinal.ts'
import { ByteReader } from './byte-reader.ts'
import { CasError, casUnavailable } from './cas-errors.ts'
import { EntryReader, nextHeader } from './entry-reader.ts'
import type { StagedBlob } from './staged-blob.ts'
import type { Staging } from './staging.ts'
import { archiveNamePattern, endOfArchive, headerBlock, maxEntryBytes, paddingOf } from './ustar.ts'

export interface ArchiveEntry {
  /** ASCII, without a path: `nodes.ndjson`. */
  readonly name: string
  /** A staged blob is read as it lies there, so it must not be compressed. */
  readonly content: Uint8Array | StagedBlob | MadeContent
}

/** Made while it is written, from who knows beforehand how long it will be. */
export interface MadeContent {
  readonly contentLength: number
  readonly pieces: () => Iterable<Uint8Array>
}

export interface ReadEntry {
  readonly name: string
  readonly size: number
  /** To be read before the next entry is asked for; what is left of it then is skipped. */
  readonly content: AsyncIterable<Buffer>
}

export interface ArchiveLimits {
  readonly maxEntries: number
  /** Of the whole archive, headers and padding included. */
  readonly maxBytes: number
}

/**
 * Stages a compressed archive: ustar, names in ordinal order, everything else fixed. Equal entries give equal tar bytes
 * whatever their order, the host, its clock or its locale; the digest of those bytes is the archive's identity.
 */
export async function stageArchive(staging: Staging, entries: readonly ArchiveEntry[]): Promise<StagedBlob> {
  verifyEntries(entries)
  const ordered = entries.toSorted((left, right) => compareOrdinal(left.name, right.name))
  try {
    return await staging.stage(tarOf(ordered), 'zstd')
  } catch (error) {
    throw casUnavailable(error, 'writing an archive')
  }
}

/**
 * Reads a tar (decompressed) as if its author were hostile: only what `stageArchive` could have written, each name once, and
 * no more of anything than the limits say. Everything else is `CAS_CORRUPT`. The stream is read to its end, so that a
 * stream which verifies itself at its end has done so when the last entry was read.
 */
export async function* readArchive(
  stream: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<ReadEntry> {
  const tar = new ByteReader(withinLimit(stream, limits.maxBytes))
  const names = new Set<string>()
  try {
    for (let header = await nextHeader(tar); header; header = await nextHeader(tar)) {
      if (names.has(header.name)) throw corrupt(`the archive has ${header.name} twice`)
      if (names.add(header.name).size > limits.maxEntries)
        throw corrupt(`the archive has over ${limits.maxEntries} entries`)
      const entry = new EntryReader(tar, header.size)
      yield { ...header, content: entry.rest() }
      await entry.skip()
    }
  } finally {
    await tar.close()
  }
}

async function* tarOf(entries: readonly ArchiveEntry[]): AsyncGenerator<Uint8Array> {
  for (const { name, content } of entries) {
    const size = sizeOf(content)
    yield headerBlock({ name, size })
    let length = 0
    for await (const piece of piecesOf(content)) {
      length += piece.byteLength
      yield piece
    }
    if (length !== size)
      throw new CasError('CAS_UNAVAILABLE', `the staged ${name} has ${length} bytes in place of ${size}`)
    yield Buffer.alloc(paddingOf(size))
  }
  yield endOfArchive
}

function piecesOf(content: ArchiveEntry['content']): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (content instanceof Uint8Array) return [content]
  return 'pieces' in content ? content.pieces() : createReadStream(content.path, { highWaterMark: 256 * 1024 })
}

function sizeOf(content: ArchiveEntry['content']): number {
  return content instanceof Uint8Array ? content.byteLength : content.contentLength
}

function verifyEntries(entries: readonly ArchiveEntry[]): void {
  const names = new Set<string>()
  for (const { name, content } of entries) {
    if (!archiveNamePattern.test(name))
      throw new TypeError(`${JSON.stringify(name)} cannot name an entry of an archive`)
    if (names.has(name)) throw new TypeError(`an archive cannot have ${name} twice`)
    if (sizeOf(content) > maxEntryBytes) throw new TypeError(`${name} is too large for an archive`)
    if ('encoding' in content && content.encoding !== 'identity') {
      throw new TypeError(`the content of ${name} is compressed`)
    }
    names.add(name)
  }
}

async function* withinLimit(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of stream) {
    length += chunk.byteLength
    if (length > maxBytes) throw corrupt(`the archive is longer than ${maxBytes} bytes`)
    yield chunk
  }
}

function corrupt(message: string): CasError {
  return new CasError('CAS_CORRUPT', message)
}
