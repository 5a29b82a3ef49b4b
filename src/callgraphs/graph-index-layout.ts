/** Sections of an encoded index, in this order, each beginning at a multiple of four bytes. */
export const sectionNames = [
  'offsets',
  'targets',
  'unresolved',
  'external',
  'entryNodes',
  'entrySources',
  'idEnds',
  'idBytes',
  'keyNodes',
  'keyEnds',
  'keyBytes',
  'symbolNodes',
  'symbolEnds',
  'symbolBytes',
] as const

export type SectionName = (typeof sectionNames)[number]

export type Sections = Readonly<Record<SectionName, Uint32Array | Uint8Array>>

/** "SGIX", little-endian. */
export const magic = 0x58494753

// magic, format, closed world, reserved; then the byte length of each section.
export const headerWords = 4 + sectionNames.length

/** Rounded up to where the next section may begin. */
export function aligned(length: number): number {
  return Math.ceil(length / 4) * 4
}

/**
 * Orders UTF-8 as UTF-16 code units would be ordered, without decoding: only code points from U+E000 to U+FFFF (lead bytes
 * EE, EF) and beyond U+FFFF (F0 to F4, surrogates in UTF-16) stand the other way round.
 */
export function compareUtf8(
  bytes: Uint8Array,
  { begin, end }: { readonly begin: number; readonly end: number },
  text: Uint8Array,
): number {
  const length = Math.min(end - begin, text.length)
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[begin + at] ?? 0
    const textByte = text[at] ?? 0
    if (byte !== textByte) return utf16Weight(byte) - utf16Weight(textByte)
  }
  return end - begin - text.length
}

function utf16Weight(byte: number): number {
  return byte === 0xee || byte === 0xef ? byte + 0x10 : byte
}
