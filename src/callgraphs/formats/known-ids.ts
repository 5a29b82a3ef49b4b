/** Beyond these ids are looked up as texts: what is remembered here comes on top of the graph. */
const maxKeptBytes = 64 * 1024 * 1024
/** Anybody may post ids of one hash: the search is over soon, and those are looked up as texts. */
const maxSteps = 16

/**
 * Nodes by the bytes of their ids, so that an edge costs no texts for its ends. A memory in front of the builder's own, which
 * knows all ids: what is not found here is no unknown id.
 */
export class KnownIds {
  #slots = new Int32Array(2048)
  #hashes = new Int32Array(1024)
  #numbers = new Int32Array(1024)
  #ends = new Int32Array(1024)
  #bytes = Buffer.allocUnsafe(64 * 1024)
  #count = 0

  /** -1: not known here. */
  find(bytes: Buffer, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1
    for (let step = 0; step < maxSteps; step += 1) {
      const entry = (this.#slots[(mixed(hash) + step) & mask] ?? 0) - 1
      if (entry === -1) return -1
      if (this.#hashes[entry] === hash && this.#isAt(entry, bytes, start, end)) return this.#numbers[entry] ?? -1
    }
    return -1
  }

  keep(bytes: Buffer, start: number, end: number, hash: number, number: number): void {
    const kept = this.#endOf(this.#count - 1)
    if (kept + end - start > maxKeptBytes) return
    if (this.#count * 2 >= this.#slots.length) this.#grow()
    if (!this.#place(this.#count, hash)) return
    this.#makeRoom(kept + end - start)
    bytes.copy(this.#bytes, kept, start, end)
    this.#hashes[this.#count] = hash
    this.#numbers[this.#count] = number
    this.#ends[this.#count] = kept + end - start
    this.#count += 1
  }

  #endOf(entry: number): number {
    return entry < 0 ? 0 : (this.#ends[entry] ?? 0)
  }

  #isAt(entry: number, bytes: Buffer, start: number, end: number): boolean {
    const from = this.#endOf(entry - 1)
    if (this.#endOf(entry) - from !== end - start) return false
    const known = this.#bytes
    for (let at = 0; at < end - start; at += 1) if (known[from + at] !== bytes[start + at]) return false
    return true
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
