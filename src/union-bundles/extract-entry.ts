import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import type { BundleEntry } from './list-entries.ts'
import { RecordCounter } from './record-counter.ts'
import { refusedFile, UnionBundleError } from './union-bundle-errors.ts'

/** A file of a bundle on local disk, under a name of ours, with what its bytes are and not what was said of them. */
export interface ExtractedFile {
  readonly blob: StagedBlob
  readonly lines: number
  readonly records: number
  readonly endsWithLineFeed: boolean
}

/** Inflates an entry, and not a byte more than it is said to have. */
export async function extractEntry(staging: Staging, zip: ZipFile, listed: BundleEntry): Promise<ExtractedFile> {
  const counter = new RecordCounter()
  const blob = await staging.stage(checked(listed, inflated(zip, listed.entry), counter), 'identity')
  return { blob, ...counter.counts() }
}

async function* checked(
  { name, entry }: BundleEntry,
  chunks: AsyncIterable<Buffer>,
  counter: RecordCounter,
): AsyncGenerator<Buffer> {
  let length = 0
  let checksum = 0
  try {
    for await (const chunk of chunks) {
      length += chunk.length
      if (length > entry.uncompressedSize) throw wrongSize(name)
      checksum = crc32(chunk, checksum)
      counter.push(chunk)
      yield chunk
    }
  } catch (error) {
    if (error instanceof UnionBundleError || !isInflateError(error)) throw error
    throw refusedFile(name, 'UNION_ENTRY_CORRUPT', 'does not inflate', { cause: error })
  }
  if (length !== entry.uncompressedSize) throw wrongSize(name)
  if (checksum !== entry.crc32) throw refusedFile(name, 'UNION_CRC_MISMATCH', 'has another checksum')
}

function wrongSize(name: string): UnionBundleError {
  return refusedFile(name, 'UNION_SIZE_MISMATCH', 'is not as long as the archive says')
}

const inflateCodes = /^(Z_|ERR_TRAILING_JUNK)/

function isInflateError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && inflateCodes.test(String(error.code))
}

async function* inflated(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const stored = await zip.openReadStreamPromise(entry, { decodeFileData: false })
  if (entry.compressionMethod === 0) return yield* stored
  const inflate = createInflateRaw({ chunkSize: 64 * 1024, rejectGarbageAfterEnd: true })
  const flow = pipeline(stored, inflate)
  // Whatever breaks the flow also breaks the inflater, and is thrown from there.
  flow.catch(() => undefined)
  yield* inflate
  await flow
}
