const spaces = new Set([0x20, 0x09, 0x0a, 0x0d])
/** An array that begins behind more space than this is read as lines: what is held back must stay small. */
const maxHeldBytes = 64 * 1024
const byteOrderMark = [0xef, 0xbb, 0xbf]

export interface Peeked {
  /** The first that is neither space nor part of a byte order mark; undefined when it begins with nothing else. */
  readonly firstCharacter: string | undefined
  /** Everything, from the very first byte. */
  readonly bytes: AsyncIterable<Buffer>
}

/** Looks at how a stream begins without losing any of it. */
export async function peek(chunks: AsyncIterable<Buffer>): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]()
  const held: Buffer[] = []
  let position = 0
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    held.push(next.value)
    if (position > maxHeldBytes) break
    for (const byte of next.value) {
      const isMark = byte === byteOrderMark[position]
      position += 1
      if (!isMark && !spaces.has(byte)) {
        return { firstCharacter: String.fromCharCode(byte), bytes: resume(held, iterator) }
      }
    }
  }
  return { firstCharacter: undefined, bytes: resume(held, iterator) }
}

async function* resume(held: Buffer[], iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* held.splice(0)
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}
