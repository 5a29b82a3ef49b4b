import { makeZip, type ZipEntry } from '../make-zip.ts'
import { type HostileZip, refusedAs, soundEntries, withEntry } from './hostile-zip.ts'

const sound = makeZip(soundEntries())
const nodes = 'nodes.ndjson'

/** Extra field 0x0001, APPNOTE.TXT, 4.5.3: sizes in 64 bits. */
function zip64Sizes(size: bigint, compressedSize: bigint): Buffer {
  const field = Buffer.alloc(20)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(16, 2)
  field.writeBigUInt64LE(size, 4)
  field.writeBigUInt64LE(compressedSize, 12)
  return field
}

/** APPNOTE.TXT, 4.3.15 */
function zip64Locator(): Buffer {
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  return locator
}

/** A second directory and a second end, in the comment of the first: readers that search from the end find this one. */
function twoEnds(): Buffer {
  const entries = soundEntries()
  const [directoryStart, length] = [sound.readUInt32LE(sound.length - 6), sound.readUInt32LE(sound.length - 10)]
  const second = Buffer.from(sound.subarray(directoryStart))
  second.writeUInt32LE(sound.length, second.length - 6)
  second.writeUInt32LE(length, second.length - 10)
  return makeZip(entries, { comment: second.toString('latin1') })
}

/** The first entry holds the second, header and all. */
function overlapping(): ZipEntry[] {
  const [first, second, ...others] = soundEntries()
  if (!first || !second) throw new TypeError('a bundle has entries')
  const inner = makeZip([second]).subarray(0, 30 + second.name.length + Buffer.byteLength(second.content))
  const content = Buffer.concat([Buffer.from(first.content), inner])
  return [
    { ...first, content },
    ...others,
    { ...second, isAbsent: true, offset: 30 + first.name.length + Buffer.byteLength(first.content) },
  ]
}

function gapBetweenEntries(): Buffer {
  const entries = soundEntries()
  const directoryStart = sound.readUInt32LE(sound.length - 6)
  const hidden = Buffer.alloc(64, 'hidden')
  const end = makeZip(entries, { directoryOffset: directoryStart + hidden.length })
  return Buffer.concat([end.subarray(0, directoryStart), hidden, end.subarray(directoryStart)])
}

/** What is wrong with the frame, and not with what is in it. */
export const hostileArchives: readonly HostileZip[] = [
  { name: 'empty-body', bytes: Buffer.alloc(0), ...refusedAs('UNION_NOT_A_ZIP') },
  { name: 'not-a-zip', bytes: Buffer.from('{"nodes":[]}\n'.repeat(20)), ...refusedAs('UNION_NOT_A_ZIP') },
  { name: 'truncated', bytes: sound.subarray(0, -200), ...refusedAs('UNION_ARCHIVE_TRUNCATED') },
  { name: 'truncated-end', bytes: sound.subarray(0, -1), ...refusedAs('UNION_ARCHIVE_TRUNCATED') },
  { name: 'trailing-bytes', bytes: Buffer.concat([sound, Buffer.alloc(64)]), ...refusedAs('UNION_TRAILING_BYTES') },
  {
    name: 'prepended-bytes',
    bytes: Buffer.concat([Buffer.from('#!/bin/sh\n'), sound]),
    ...refusedAs('UNION_PREPENDED_BYTES'),
  },
  { name: 'prepended-archive', bytes: Buffer.concat([sound, sound]), ...refusedAs('UNION_ARCHIVE_MALFORMED') },
  { name: 'bytes-between', bytes: gapBetweenEntries(), ...refusedAs('UNION_ARCHIVE_MALFORMED') },
  { name: 'two-ends', bytes: twoEnds(), ...refusedAs('UNION_ARCHIVE_MALFORMED') },
  {
    name: 'fewer-entries-than-listed',
    bytes: makeZip(soundEntries(), { entryCount: 3 }),
    ...refusedAs('UNION_ARCHIVE_MALFORMED'),
  },
  {
    name: 'more-entries-than-listed',
    bytes: makeZip(soundEntries(), { entryCount: 5 }),
    ...refusedAs('UNION_ARCHIVE_MALFORMED'),
  },
  {
    name: 'countless-entries',
    bytes: makeZip(soundEntries(), { entryCount: 65_000 }),
    ...refusedAs('UNION_TOO_MANY_ENTRIES', { status: 413 }),
  },
  {
    name: 'directory-elsewhere',
    bytes: makeZip(soundEntries(), { directoryOffset: 7 }),
    ...refusedAs('UNION_ARCHIVE_MALFORMED'),
  },
  { name: 'zip64-end', bytes: makeZip(soundEntries(), { before: zip64Locator() }), ...refusedAs('UNION_ZIP64') },
  {
    name: 'zip64-lies',
    bytes: withEntry(nodes, { size: 0xffffffff, compressedSize: 0xffffffff, extra: zip64Sizes(40n, 40n) }),
    ...refusedAs('UNION_ZIP64', { file: nodes }),
  },
  {
    name: 'zip64-beyond-a-double',
    bytes: withEntry(nodes, { size: 0xffffffff, extra: zip64Sizes(2n ** 60n, 40n) }),
    ...refusedAs('UNION_TOO_LARGE', { status: 413 }),
  },
  { name: 'overlapping-entries', bytes: makeZip(overlapping()), ...refusedAs('UNION_ENTRIES_OVERLAP') },
  {
    name: 'two-names-for-one-entry',
    bytes: withEntry('edges.ndjson', { isAbsent: true, offset: 0 }),
    ...refusedAs('UNION_ENTRIES_OVERLAP'),
  },
  {
    name: 'local-name',
    bytes: withEntry(nodes, { local: { name: 'other.ndjson' } }),
    ...refusedAs('UNION_HEADER_MISMATCH', { file: nodes }),
  },
  {
    name: 'local-size',
    bytes: withEntry(nodes, { local: { size: 12 } }),
    ...refusedAs('UNION_HEADER_MISMATCH', { file: nodes }),
  },
  {
    name: 'local-method',
    bytes: withEntry(nodes, { local: { method: 8 } }),
    ...refusedAs('UNION_HEADER_MISMATCH', { file: nodes }),
  },
  {
    name: 'local-flags',
    bytes: withEntry(nodes, { local: { flags: 1 } }),
    ...refusedAs('UNION_HEADER_MISMATCH', { file: nodes }),
  },
  {
    name: 'entry-beyond-the-end',
    bytes: withEntry(nodes, { compressedSize: 1e9, local: {} }),
    ...refusedAs('UNION_ARCHIVE_MALFORMED'),
  },
]
