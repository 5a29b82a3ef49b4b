/** Texts in one run of UTF-8, with the end of each. */
export interface TextTable {
  readonly ends: Uint32Array
  readonly bytes: Uint8Array
}

export function textTable(texts: readonly string[]): TextTable {
  const ends = new Uint32Array(texts.length)
  let length = 0
  for (const [position, text] of texts.entries()) {
    length += Buffer.byteLength(text, 'utf8')
    ends[position] = length
  }
  const bytes = Buffer.alloc(length)
  for (const [position, text] of texts.entries()) bytes.write(text, ends[position - 1] ?? 0, 'utf8')
  return { ends, bytes }
}
