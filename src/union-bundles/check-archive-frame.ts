import { open } from 'node:fs/promises'
import { casUnavailable } from '../cas/cas-errors.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import { UnionBundleError } from './union-bundle-errors.ts'

const localSignature = 0x04034b50
const endSignature = 0x06054b50
const zip64Signature = 0x07064b50
const endLength = 22
const zip64Length = 20
const maxCommentLength = 0xffff

/** Where the directory of entries lies. */
export interface ArchiveFrame {
  readonly directoryOffset: number
  readonly directoryLength: number
}

/**
 * An archive is exactly its entries, its directory and the record of its end: nothing before, nothing behind, nothing
 * between the last two. Readers that search for the record agree on where it is only if nothing else can be one.
 */
export async function checkArchiveFrame({ path, contentLength }: StagedBlob): Promise<ArchiveFrame> {
  const { head, tail } = await readEnds(path, contentLength)
  const isArchive = head.length >= 4 && head.readUInt32LE(0) === localSignature
  const end = tail.subarray(lastEndRecord(tail, isArchive))
  if (end.readUInt16LE(20) !== end.length - endLength) {
    throw new UnionBundleError('UNION_TRAILING_BYTES', 'bytes follow the end of the archive')
  }
  const endOffset = contentLength - end.length
  requireNoZip64(tail, end)
  const frame = { directoryLength: end.readUInt32LE(12), directoryOffset: end.readUInt32LE(16) }
  const gap = endOffset - frame.directoryOffset - frame.directoryLength
  if (!isArchive && endOffset > 0) throw new UnionBundleError('UNION_PREPENDED_BYTES', 'bytes precede the first entry')
  if (gap !== 0) {
    throw new UnionBundleError('UNION_ARCHIVE_MALFORMED', 'the directory does not end where the archive does')
  }
  return frame
}

async function readEnds(path: string, length: number): Promise<{ head: Buffer; tail: Buffer }> {
  const tailLength = Math.min(length, endLength + maxCommentLength + zip64Length)
  try {
    await using file = await open(path, 'r')
    const head = await file.read(Buffer.alloc(4), 0, Math.min(length, 4), 0)
    const tail = await file.read(Buffer.alloc(tailLength), 0, tailLength, length - tailLength)
    return { head: head.buffer.subarray(0, head.bytesRead), tail: tail.buffer.subarray(0, tail.bytesRead) }
  } catch (error) {
    throw casUnavailable(error, 'reading an archive')
  }
}

function lastEndRecord(tail: Buffer, isArchive: boolean): number {
  for (let offset = tail.length - endLength; offset >= 0; offset -= 1) {
    if (tail.readUInt32LE(offset) === endSignature) return offset
  }
  throw isArchive
    ? new UnionBundleError('UNION_ARCHIVE_TRUNCATED', 'the archive has no end')
    : new UnionBundleError('UNION_NOT_A_ZIP', 'the body is no ZIP archive')
}

/** Its 64-bit figures are for archives beyond 4 GiB or 65,535 entries; here they could only contradict the others. */
function requireNoZip64(tail: Buffer, end: Buffer): void {
  const offset = tail.length - end.length - zip64Length
  const isZip64 = offset >= 0 && tail.readUInt32LE(offset) === zip64Signature
  if (isZip64 || end.readUInt32LE(16) === 0xffffffff || end.readUInt16LE(10) === 0xffff) {
    throw new UnionBundleError('UNION_ZIP64', 'the archive has ZIP64 records')
  }
}
