/** Everything in an archive comes in blocks of this length. */
export const blockLength = 512

export const endOfArchive = Buffer.alloc(2 * blockLength)

export interface UstarHeader {
  readonly name: string
  readonly size: number
}

/** No dot in front, no slash, and short enough for the name field, so that no archive needs an extension of the format. */
export const archiveNamePattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/

/** What eleven octal digits hold. */
export const maxEntryBytes = 8 ** 11 - 1

/** The one header of an entry: a regular file of mode 0644 that belongs to root and dates from the epoch. Source: POSIX.1-1988. */
export function headerBlock({ name, size }: UstarHeader): Buffer {
  const block = Buffer.alloc(blockLength)
  block.write(name, 0, 'latin1')
  block.write(`000644 ${nul}000000 ${nul}000000 ${nul}`, 100, 'latin1')
  block.write(`${octal(size, 11)} ${octal(0, 11)} `, 124, 'latin1')
  block.write('        0', 148, 'latin1')
  block.write(`ustar${nul}00`, 257, 'latin1')
  block.write(`000000 ${nul}000000 ${nul}`, 329, 'latin1')
  // The checksum counts its own field as spaces, which it is until here.
  const checksum = block.reduce((sum, byte) => sum + byte, 0)
  block.write(`${octal(checksum, 6)} ${nul}`, 148, 'latin1')
  return block
}

/**
 * Undefined for every block that `headerBlock` does not make: links, devices, paths, owners, times, extensions and wrong
 * checksums are all refused by one comparison.
 */
export function readHeader(block: Buffer): UstarHeader | undefined {
  const name = block.toString('latin1', 0, 100).replace(/\0.*$/s, '')
  const digits = block.toString('latin1', 124, 135)
  if (!archiveNamePattern.test(name) || !/^[0-7]{11}$/.test(digits)) return undefined
  const header = { name, size: Number.parseInt(digits, 8) }
  return headerBlock(header).equals(block) ? header : undefined
}

export function paddingOf(size: number): number {
  return (blockLength - (size % blockLength)) % blockLength
}

const nul = '\x00'

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
