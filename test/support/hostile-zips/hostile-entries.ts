import { shopNodes } from '../made-bundles.ts'
import { deflateBomb } from './deflate-bomb.ts'
import { type HostileZip, type Refused, refusedAs, withEntry } from './hostile-zip.ts'

const nodes = 'nodes.ndjson'
const length = Buffer.byteLength(shopNodes)

const entry = (
  name: string,
  changed: Parameters<typeof withEntry>[1],
  code: string,
  more: Partial<Refused> = {},
): HostileZip => ({
  name,
  bytes: withEntry(nodes, changed),
  ...refusedAs(code, { file: nodes, ...more }),
})

const space = 0x20
/** 4 MiB of spaces in 4 KiB. */
const bomb = deflateBomb(space, 16_257)
/** 64 MiB that say that they are a hundred bytes. */
const larger = deflateBomb(space, 260_112)

/** The content as it is, in one block that is not compressed, and then something more. Source: RFC 1951, 3.2.4. */
function storedBlock(content: string, behind = ''): Buffer {
  const header = Buffer.alloc(5)
  header.writeUInt8(1, 0)
  header.writeUInt16LE(content.length, 1)
  header.writeUInt16LE(0xffff - content.length, 3)
  return Buffer.concat([header, Buffer.from(content), Buffer.from(behind)])
}

/** What is wrong with one entry. */
export const hostileEntries: readonly HostileZip[] = [
  entry('symlink', { mode: 0o120777 }, 'UNION_ENTRY_NOT_A_FILE'),
  entry('device', { mode: 0o020666 }, 'UNION_ENTRY_NOT_A_FILE'),
  entry('directory-by-mode', { mode: 0o040755 }, 'UNION_ENTRY_NOT_A_FILE'),
  entry('encrypted', { flags: 1 }, 'UNION_ENTRY_ENCRYPTED'),
  { name: 'strongly-encrypted', bytes: withEntry(nodes, { flags: 0x41 }), ...refusedAs('UNION_ENTRY_ENCRYPTED') },
  entry('unknown-method', { method: 12 }, 'UNION_METHOD_UNSUPPORTED'),
  entry('wrong-checksum', { crc: 1 }, 'UNION_CRC_MISMATCH'),
  entry('longer-than-it-says', { size: length - 1 }, 'UNION_SIZE_MISMATCH'),
  entry('shorter-than-it-says', { size: length + 1 }, 'UNION_SIZE_MISMATCH'),
  entry('not-deflated', { method: 8, stored: Buffer.alloc(64, 0xff) }, 'UNION_ENTRY_CORRUPT'),
  entry('deflated-by-half', { method: 8, stored: storedBlock(shopNodes).subarray(0, -20) }, 'UNION_ENTRY_CORRUPT'),
  entry('bytes-behind-deflated', { method: 8, stored: storedBlock(shopNodes, 'hidden') }, 'UNION_ENTRY_CORRUPT'),
  entry('bomb-by-ratio', { method: 8, ...bomb }, 'UNION_RATIO_TOO_HIGH', { status: 413 }),
  {
    name: 'bomb-by-size',
    bytes: withEntry(nodes, { method: 8, ...bomb, size: 2 ** 31 + 1 }),
    ...refusedAs('UNION_TOO_LARGE', { status: 413 }),
  },
  entry('bomb-that-lies', { method: 8, ...larger, size: 100 }, 'UNION_SIZE_MISMATCH'),
]
