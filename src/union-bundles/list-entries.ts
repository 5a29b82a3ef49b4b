import type { Entry, LocalFileHeader, ZipFile } from 'yauzl'
import type { BundleFileName } from './bundle-file-name.ts'
import type { ArchiveFrame } from './check-archive-frame.ts'
import { checkEntryNames } from './check-entry-name.ts'
import { refusedFile, UnionBundleError } from './union-bundle-errors.ts'

export interface ArchiveLimits {
  readonly maxEntries: number
  /** Of all entries together. */
  readonly maxInflatedBytes: number
  /** Of one entry, once it inflates to more than a mebibyte. */
  readonly maxRatio: number
}

export interface BundleEntry {
  readonly name: BundleFileName
  readonly entry: Entry
}

/** Every entry of an archive, all of them checked before any is inflated. */
export async function listEntries(zip: ZipFile, frame: ArchiveFrame, limits: ArchiveLimits): Promise<BundleEntry[]> {
  if (zip.entryCount > limits.maxEntries) {
    throw new UnionBundleError('UNION_TOO_MANY_ENTRIES', `the archive has more than ${limits.maxEntries} entries`)
  }
  const entries = await readDirectory(zip, frame)
  const names = checkEntryNames(entries.map(({ fileNameRaw }) => fileNameRaw))
  const listed = names.flatMap((name, position) => {
    const entry = entries[position]
    return entry ? [{ name, entry }] : []
  })
  requireRoomFor(entries, limits)
  for (const { name, entry } of listed) checkEntry(name, entry, limits)
  await checkLocalHeaders(zip, listed, frame)
  return listed
}

const fixedHeaderLength = 46

async function readDirectory(zip: ZipFile, { directoryLength }: ArchiveFrame): Promise<Entry[]> {
  const entries: Entry[] = []
  try {
    for await (const entry of zip.eachEntry()) entries.push(entry)
  } catch (error) {
    throw unreadable(error)
  }
  const length = entries.reduce((sum, entry) => sum + fixedHeaderLength + variableLengthOf(entry), 0)
  if (length !== directoryLength) throw malformed('the directory has more, or less, than its entries')
  return entries
}

function variableLengthOf({ fileNameLength, extraFieldLength, fileCommentLength }: Entry): number {
  return fileNameLength + extraFieldLength + fileCommentLength
}

const fileTypeMask = 0o170000
const regularFile = 0o100000
const freeRatioBytes = 1024 * 1024

function checkEntry(name: BundleFileName, entry: Entry, { maxRatio }: ArchiveLimits): void {
  const type = (entry.externalFileAttributes >>> 16) & fileTypeMask
  if (type !== 0 && type !== regularFile) throw refusedFile(name, 'UNION_ENTRY_NOT_A_FILE', 'is no regular file')
  if (entry.isEncrypted()) throw refusedFile(name, 'UNION_ENTRY_ENCRYPTED', 'is encrypted')
  if (!entry.canDecodeFileData()) {
    throw refusedFile(name, 'UNION_METHOD_UNSUPPORTED', `is compressed by method ${entry.compressionMethod}`)
  }
  if (entry.extraFields.some(({ id }) => id === zip64Field)) throw refusedFile(name, 'UNION_ZIP64', 'has ZIP64 figures')
  const { uncompressedSize, compressedSize } = entry
  if (uncompressedSize > freeRatioBytes && uncompressedSize > compressedSize * maxRatio) {
    throw refusedFile(name, 'UNION_RATIO_TOO_HIGH', `inflates to more than ${maxRatio} times its size`)
  }
}

const zip64Field = 0x0001

function requireRoomFor(entries: readonly Entry[], { maxInflatedBytes }: ArchiveLimits): void {
  const inflated = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)
  if (inflated > maxInflatedBytes) {
    throw new UnionBundleError('UNION_TOO_LARGE', `the archive inflates to more than ${maxInflatedBytes} bytes`)
  }
}

/** What lies behind an entry whose sizes were not known when its header was written. */
const maxDescriptorLength = 16

/** Entries stand one behind the other, from the first byte to the directory: none shares bytes, and no byte belongs to none. */
async function checkLocalHeaders(
  zip: ZipFile,
  entries: readonly BundleEntry[],
  { directoryOffset }: ArchiveFrame,
): Promise<void> {
  let end = 0
  for (const listed of entries.toSorted((one, other) => offsetOf(one) - offsetOf(other))) {
    requireAdjacent(end, offsetOf(listed))
    end = await endOfEntry(zip, listed)
  }
  requireAdjacent(end, directoryOffset)
}

function offsetOf({ entry }: BundleEntry): number {
  return entry.relativeOffsetOfLocalHeader
}

function requireAdjacent(end: number, start: number): void {
  if (start < end) throw new UnionBundleError('UNION_ENTRIES_OVERLAP', 'two entries share bytes of the archive')
  const allowed = end === 0 ? 0 : maxDescriptorLength
  if (start - end > allowed) throw malformed('the archive has bytes that belong to no entry')
}

async function endOfEntry(zip: ZipFile, { name, entry }: BundleEntry): Promise<number> {
  const local = await zip.readLocalFileHeaderPromise(entry).catch((error: unknown) => {
    throw unreadable(error)
  })
  if (!agrees(local, entry)) {
    throw refusedFile(
      name,
      'UNION_HEADER_MISMATCH',
      'is described in another way where it stands than in the directory',
    )
  }
  return local.fileDataStart + entry.compressedSize
}

const hasDescriptor = 0x0008

/** Other readers go by the header where the entry stands; what it says must be the same, or be said later. */
function agrees(local: LocalFileHeader, entry: Entry): boolean {
  const isLater = (local.generalPurposeBitFlag & hasDescriptor) !== 0
  const says = (here: number, there: number): boolean => here === there || (isLater && here === 0)
  return (
    local.fileName.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    local.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
    says(local.crc32, entry.crc32) &&
    says(local.compressedSize, entry.compressedSize) &&
    says(local.uncompressedSize, entry.uncompressedSize)
  )
}

function malformed(message: string, cause?: unknown): UnionBundleError {
  return new UnionBundleError('UNION_ARCHIVE_MALFORMED', message, { cause })
}

function unreadable(error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error
  return /encryption/.test(error.message)
    ? new UnionBundleError('UNION_ENTRY_ENCRYPTED', 'the archive is encrypted', { cause: error })
    : malformed('the directory of the archive cannot be read', error)
}
