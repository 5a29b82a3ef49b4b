/** Bytes that mean something in JSON. */
export const space = 0x20
export const quote = 0x22
export const comma = 0x2c
export const point = 0x2e
export const zero = 0x30
export const nine = 0x39
export const colon = 0x3a
export const openBracket = 0x5b
export const backslash = 0x5c
export const closeBracket = 0x5d
export const openBrace = 0x7b
export const closeBrace = 0x7d

/** For texts that are hashed while they are read (FNV). */
export const fnvPrime = 0x01000193

/** Where the white space that begins at `from`, if any, is over. */
export function skipBlank(bytes: Buffer, from: number): number {
  let at = from
  for (; ; at += 1) {
    const byte = bytes[at]
    if (byte !== space && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
  }
}
