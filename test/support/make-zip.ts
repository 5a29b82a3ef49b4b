import { crc32, deflateRawSync } from 'node:zlib'

/** An entry, and whatever is to be said of it that is not so. */
export interface ZipEntry {
  readonly name: string
  readonly content: Buffer | string
  readonly method?: number
  readonly flags?: number
  /** What the archive holds for the content, if not the content deflated. */
  readonly stored?: Buffer
  readonly crc?: number
  readonly size?: number
  readonly compressedSize?: number
  /** Unix file type and mode. */
  readonly mode?: number
  readonly extra?: Buffer
  /** Instead of where it stands. */
  readonly offset?: number
  /** What its local header says, where that is something else. */
  readonly local?: Partial<Pick<ZipEntry, 'name' | 'method' | 'flags' | 'crc' | 'size' | 'compressedSize'>>
  /** Not written again: it stands where another one says. */
  readonly isAbsent?: boolean
}

export interface ZipEnd {
  readonly entryCount?: number
  readonly directoryOffset?: number
  readonly directoryLength?: number
  readonly comment?: string
  /** Between the directory and the record of the end. */
  readonly before?: Buffer
}

const deflate = 8

/** The bytes of a ZIP archive, the same for the same entries on every machine: no times, no modes but those asked for. */
export function makeZip(entries: readonly ZipEntry[], end: ZipEnd = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const written = writtenForm(entry)
    directory.push(directoryRecord(written, entry.offset ?? offset))
    if (entry.isAbsent) continue
    const bytes = Buffer.concat([localHeader({ ...written, ...entry.local }), written.stored])
    parts.push(bytes)
    offset += bytes.length
  }
  const listed = Buffer.concat(directory)
  const record = endRecord({ count: entries.length, offset, length: listed.length, end })
  return Buffer.concat([...parts, listed, end.before ?? Buffer.alloc(0), record])
}

type WrittenEntry = Required<
  Pick<ZipEntry, 'name' | 'method' | 'flags' | 'stored' | 'crc' | 'size' | 'compressedSize'>
> &
  Pick<ZipEntry, 'mode' | 'extra'>

function writtenForm(entry: ZipEntry): WrittenEntry {
  const content = Buffer.from(entry.content)
  const method = entry.method ?? deflate
  const stored = entry.stored ?? (method === deflate ? deflateRawSync(content, { level: 9 }) : content)
  return {
    name: entry.name,
    method,
    flags: entry.flags ?? 0,
    stored,
    crc: entry.crc ?? crc32(content),
    size: entry.size ?? content.length,
    compressedSize: entry.compressedSize ?? stored.length,
    ...(entry.mode !== undefined && { mode: entry.mode }),
    ...(entry.extra && { extra: entry.extra }),
  }
}

// APPNOTE.TXT, 4.3.7
function localHeader({ name, method, flags, crc, size, compressedSize }: Omit<WrittenEntry, 'stored'>): Buffer {
  const bytes = Buffer.from(name, 'latin1')
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(flags, 6)
  header.writeUInt16LE(method, 8)
  header.writeUInt32LE(crc, 14)
  header.writeUInt32LE(compressedSize, 18)
  header.writeUInt32LE(size, 22)
  header.writeUInt16LE(bytes.length, 26)
  return Buffer.concat([header, bytes])
}

// APPNOTE.TXT, 4.3.12
function directoryRecord(entry: WrittenEntry, offset: number): Buffer {
  const { name, method, flags, crc, size, compressedSize, mode = 0, extra = Buffer.alloc(0) } = entry
  const bytes = Buffer.from(name, 'latin1')
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(0x0314, 4)
  header.writeUInt16LE(20, 6)
  header.writeUInt16LE(flags, 8)
  header.writeUInt16LE(method, 10)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(compressedSize, 20)
  header.writeUInt32LE(size, 24)
  header.writeUInt16LE(bytes.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE((mode << 16) >>> 0, 38)
  header.writeUInt32LE(offset, 42)
  return Buffer.concat([header, bytes, extra])
}

interface EndParts {
  readonly count: number
  readonly offset: number
  readonly length: number
  readonly end: ZipEnd
}

// APPNOTE.TXT, 4.3.16
function endRecord({ count, offset, length, end }: EndParts): Buffer {
  const comment = Buffer.from(end.comment ?? '', 'latin1')
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x06054b50, 0)
  record.writeUInt16LE(end.entryCount ?? count, 8)
  record.writeUInt16LE(end.entryCount ?? count, 10)
  record.writeUInt32LE(end.directoryLength ?? length, 12)
  record.writeUInt32LE(end.directoryOffset ?? offset, 16)
  record.writeUInt16LE(comment.length, 20)
  return Buffer.concat([record, comment])
}
