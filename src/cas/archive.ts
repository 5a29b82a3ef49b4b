import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header, type Pack, pack } from 'tar-stream'
import { ServiceError } from '../errors.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { CasError, casUnavailable } from './cas-errors.ts'
import type { StagedBlob } from './staged-blob.ts'
import type { Staging } from './staging.ts'

export interface ArchiveEntry {
  /** ASCII, without a path: `nodes.ndjson`. */
  readonly name: string
  /** A staged blob is read as it lies there, so it must not be compressed. */
  readonly content: Uint8Array | StagedBlob
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

/** No dot in front, no slash, and short enough for the name field of ustar, so that no archive needs an extension of the format. */
const namePattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/
const maxEntryBytes = 8 * 1024 ** 3 - 1
const fixedHeader = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) } as const

/**
 * Stages a compressed archive: ustar, names in ordinal order, everything else fixed. Equal entries give equal tar bytes
 * whatever their order, the host, its clock or its locale; the digest of those bytes is the archive's identity.
 */
export async function stageArchive(staging: Staging, entries: readonly ArchiveEntry[]): Promise<StagedBlob> {
  verifyEntries(entries)
  const ordered = entries.toSorted((left, right) => compareOrdinal(left.name, right.name))
  const archive = pack()
  // Both are waited for, even when one fails: only then is nothing left behind.
  const [staged, fed] = await Promise.allSettled([staging.stage(bytesOf(archive), 'zstd'), feed(archive, ordered)])
  if (staged.status === 'rejected') throw casUnavailable(staged.reason, 'writing an archive')
  if (fed.status === 'rejected') {
    await staged.value.discard()
    throw casUnavailable(fed.reason, 'writing an archive')
  }
  return staged.value
}

/**
 * Reads a tar (decompressed) as if its author were hostile: regular files with plain names, each name once, and no more of
 * anything than the limits say. Whatever else it holds is `CAS_CORRUPT`.
 */
export async function* readArchive(
  stream: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<ReadEntry> {
  const reader = extract()
  const flow = pipeline(withinLimit(stream, limits.maxBytes), reader)
  // What breaks the flow also breaks the reader, and is thrown from there.
  flow.catch(() => undefined)
  const seen = new Set<string>()
  try {
    for await (const entry of reader) {
      const { name, size } = entry.header
      verifyHeader(entry.header, seen)
      seen.add(name)
      if (seen.size > limits.maxEntries) throw corrupt(`the archive has more than ${limits.maxEntries} entries`)
      yield { name, size, content: bytesOf(entry) }
    }
    await flow
  } catch (error) {
    throw error instanceof ServiceError ? error : corrupt('the archive cannot be read', error)
  }
}

async function feed(archive: Pack, entries: readonly ArchiveEntry[]): Promise<void> {
  try {
    for (const { name, content } of entries) {
      const source = content instanceof Uint8Array ? Readable.from([content]) : createReadStream(content.path)
      await pipeline(source, archive.entry({ ...fixedHeader, name, size: sizeOf(content) }))
    }
    archive.finalize()
  } catch (error) {
    archive.destroy(error instanceof Error ? error : null)
    throw error
  }
}

function verifyEntries(entries: readonly ArchiveEntry[]): void {
  const names = new Set<string>()
  for (const { name, content } of entries) {
    if (!namePattern.test(name) || names.has(name))
      throw new TypeError(`an archive cannot have an entry ${name}, or not twice`)
    if (!(content instanceof Uint8Array) && content.encoding !== 'identity') {
      throw new TypeError(`the content of ${name} is compressed`)
    }
    if (sizeOf(content) > maxEntryBytes) throw new TypeError(`${name} is too large for ustar`)
    names.add(name)
  }
}

function verifyHeader({ name, type, pax }: Header, seen: ReadonlySet<string>): void {
  if (type !== 'file' || pax) throw corrupt('the archive has something other than a plain file')
  if (!namePattern.test(name)) throw corrupt('the archive has an entry with a name that is not allowed')
  if (seen.has(name)) throw corrupt(`the archive has ${name} twice`)
}

function sizeOf(content: Uint8Array | StagedBlob): number {
  return content instanceof Uint8Array ? content.byteLength : content.contentLength
}

async function* withinLimit(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of stream) {
    length += chunk.byteLength
    if (length > maxBytes) throw corrupt(`the archive is longer than ${maxBytes} bytes`)
    yield chunk
  }
}

/** The types of tar-stream leave open what its chunks are; they are buffers, unless an encoding is asked for. */
function bytesOf(stream: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  return stream as AsyncIterable<Buffer>
}

function corrupt(message: string, cause?: unknown): CasError {
  return new CasError('CAS_CORRUPT', message, cause === undefined ? {} : { cause })
}
