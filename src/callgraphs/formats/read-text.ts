import { isUtf8 } from 'node:buffer'
import { splitLines } from '../../lib/line-splitter.ts'
import { malformed } from '../callgraph-errors.ts'
import { located } from './read-pieces.ts'

/** Two ids and what stands between them. */
const maxLineBytes = 64 * 1024

/** Reads a text graph line by line. `take` says whether the line was understood; blank lines are skipped. */
export async function readTextLines(chunks: AsyncIterable<Buffer>, take: (text: string) => boolean): Promise<void> {
  for await (const lines of splitLines(chunks, { maxLineBytes })) {
    for (const { bytes, line, byteOffset, isTooLong } of lines) {
      const place = { line, byteOffset }
      if (isTooLong) throw malformed(`line ${line} has more than ${maxLineBytes} bytes`, place)
      if (!isUtf8(bytes)) throw malformed(`line ${line} is not UTF-8`, place)
      const text = bytes.toString('utf8')
      if (text.trim() !== '' && !understood(take, text, place)) {
        throw malformed(`line ${line} is not a line of this format`, place)
      }
    }
  }
}

function understood(take: (text: string) => boolean, text: string, place: { line: number; byteOffset: number }) {
  try {
    return take(text)
  } catch (error) {
    throw located(error, place)
  }
}
