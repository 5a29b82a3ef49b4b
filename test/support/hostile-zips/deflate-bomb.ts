import { crc32 } from 'node:zlib'

/** A content that inflates to far more than it takes, made bit by bit: no version of zlib has a say in its bytes. */
export interface Bomb {
  readonly stored: Buffer
  readonly size: number
  readonly crc: number
}

const matchLength = 258

/** One byte, and then `matches` times 258 of it, at two bits each. Source: RFC 1951, 3.2.7. */
export function deflateBomb(byte: number, matches: number): Bomb {
  const bits = new BitWriter()
  bits.number(1, 1)
  bits.number(2, 2)
  writeCodeLengths(bits, byte)
  // The literal is 10, the end of the block 11, a match of 258 is 0, and its distance of 1 is 0.
  bits.code('10')
  for (let match = 0; match < matches; match += 1) bits.code('00')
  bits.code('11')
  const content = Buffer.alloc(1 + matches * matchLength, byte)
  return { stored: bits.bytes(), size: content.length, crc: crc32(content) }
}

/** Lengths of the codes: 2 for the literal and the end, 1 for a match of 258 (285) and for the only distance. */
function writeCodeLengths(bits: BitWriter, byte: number): void {
  bits.number(286 - 257, 5)
  bits.number(0, 5)
  bits.number(18 - 4, 4)
  // In the order 16, 17, 18, 0, 8, 7, … 2, 14, 1: 18 has a code of one bit (0), 1 and 2 have two (10 and 11).
  const lengths = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2]
  for (const length of lengths) bits.number(length, 3)
  writeZeros(bits, byte)
  bits.code('11')
  writeZeros(bits, 255 - byte)
  bits.code('11')
  writeZeros(bits, 285 - 257)
  bits.code('10')
  bits.code('10')
}

/** By 18, which says 11 to 138 of them. */
function writeZeros(bits: BitWriter, count: number): void {
  for (let left = count; left > 0; ) {
    const some = left > 138 && left < 138 + 11 ? left - 11 : Math.min(left, 138)
    bits.code('0')
    bits.number(some - 11, 7)
    left -= some
  }
}

class BitWriter {
  readonly #bytes: number[] = []
  #filled = 8

  /** Least significant bit first. */
  number(value: number, length: number): void {
    for (let bit = 0; bit < length; bit += 1) this.#push((value >> bit) & 1)
  }

  /** A Huffman code stands with its first bit first. */
  code(code: string): void {
    for (const bit of code) this.#push(Number(bit))
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes)
  }

  #push(bit: number): void {
    if (this.#filled === 8) {
      this.#bytes.push(0)
      this.#filled = 0
    }
    this.#bytes[this.#bytes.length - 1] = (this.#bytes.at(-1) ?? 0) | (bit << this.#filled)
    this.#filled += 1
  }
}
