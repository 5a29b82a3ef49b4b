import type { ByteRange } from '../lib/byte-range.ts'

/**
 * A range of a content that verifies itself at its end. All of it is read, and the last piece of the range is given out
 * only then: a part of what is corrupt never looks complete.
 */
export async function* partOfContent(
  content: AsyncIterable<Buffer>,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  let position = 0
  let held: Buffer | undefined
  for await (const piece of content) {
    const part = piece.subarray(Math.max(0, start - position), Math.max(0, end + 1 - position))
    position += piece.byteLength
    if (part.byteLength === 0) continue
    if (held) yield held
    held = part
  }
  if (held) yield held
}
