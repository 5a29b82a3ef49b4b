/** Beyond these a value is read each time: what is remembered here comes on top of the graph. */
const maxKeptBytes = 64 * 1024 * 1024
/** Anybody may post values of one hash: the search is over soon, and those are read each time. */
const maxSteps = 16

/**
 * Numbers of JSON texts and objects by their bytes: what was read once is known again without being read. As such a value tells
 * by itself where it ends, one whose bytes stand somewhere is the value that stands there. What is not found was not kept,
 * which does not mean that it is new.
 */
export class KnownValues {
  #slots = new Int32Array(2048)
  #hashes = new Int32Array(1024)
  #numbers = new Int32Array(1024)
  #ends = new Int32Array(1024)
  #bytes = Buffer.allocUnsafe(64 * 1024)
  #count = 0

  /** The entry of the value that stands at `start`; -1: none that is known. */
  find(bytes: Buffer, start: number, hash: number): number {
    const mask = this.#slots.length - 1
    for (let step = 0; step < maxSteps; step += 1) {
      const entry = (this.#slots[(mixed(hash) + step) & mask] ?? 0) - 1
      if (entry === -1) return -1
      if (this.#hashes[entry] === hash && this.#standsAt(entry, bytes, start)) return entry
    }
    return -1
  }

  numberOf(entry: number): number {
    return this.#numbers[entry] ?? 0
  }

  lengthOf(entry: number): number {
    return this.#endOf(entry) - this.#endOf(entry - 1)
  }

  /** The hash may be that of its beginning alone. */
  keep(value: Buffer, hash: number, number: number): void {
    const start = this.#endOf(this.#count - 1)
    const end = start + value.length
    if (end > maxKeptBytes) return
    if (this.#count * 2 >= this.#slots.length) this.#grow()
    if (!this.#place(this.#count, hash)) return
    this.#makeRoom(end)
    value.copy(this.#bytes, start)
    this.#hashes[this.#count] = hash
    this.#numbers[this.#count] = number
    this.#ends[this.#count] = end
    this.#count += 1
  }

  #endOf(entry: number): number {
    return entry < 0 ? 0 : (this.#ends[entry] ?? 0)
  }

  #standsAt(entry: number, bytes: Buffer, start: number): boolean {
    const from = this.#endOf(entry - 1)
    const to = this.#endOf(entry)
    const end = start + to - from
    return end <= bytes.length && bytes.compare(this.#bytes, from, to, start, end) === 0
  }

  #place(entry: number, hash: number): boolean {
    const mask = this.#slots.length - 1
    for (let step = 0; step < maxSteps; step += 1) {
      const slot = (mixed(hash) + step) & mask
      if (this.#slots[slot] !== 0) continue
      this.#slots[slot] = entry + 1
      return true
    }
    return false
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    for (let entry = 0; entry < this.#count; entry += 1) this.#place(entry, this.#hashes[entry] ?? 0)
    this.#hashes = grown(this.#hashes)
    this.#numbers = grown(this.#numbers)
    this.#ends = grown(this.#ends)
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(length, this.#bytes.length * 2))
    this.#bytes.copy(larger)
    this.#bytes = larger
  }
}

/** The lower bits of the hash alone say little of a text's beginning. */
function mixed(hash: number): number {
  return hash ^ (hash >>> 15)
}

function grown(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2)
  larger.set(column)
  return larger
}
