/** Beyond these a value is read each time: what is remembered here comes on top of the graph. */
const maxKeptBytes = 64 * 1024 * 1024
/** Anybody may post values of one hash: the search is over soon, and those are read each time. */
const maxSteps = 16

/** Of a slot: the hash of its value, where that begins in what is kept (plus one, so that 0 is a free slot), its length, its number. */
const slotWords = 4

/**
 * Numbers of JSON texts and objects by their bytes: what was read once is known again without being read. As such a value tells
 * by itself where it ends, one whose bytes stand somewhere is the value that stands there. What is not found was not kept,
 * which does not mean that it is new. All of a slot is side by side, since a look-up costs what it fetches from memory.
 */
export class KnownValues {
  #slots = new Int32Array(2048 * slotWords)
  #bytes = Buffer.allocUnsafe(64 * 1024)
  #length = 0
  #count = 0

  /** The slot of the value that stands at `start`; -1: none that is known. */
  find(bytes: Buffer, start: number, hash: number): number {
    const slots = this.#slots
    for (let step = 0; step < maxSteps; step += 1) {
      const slot = this.#slotAt(hash, step)
      const from = (slots[slot + 1] ?? 0) - 1
      if (from === -1) return -1
      if (slots[slot] !== hash) continue
      const length = slots[slot + 2] ?? 0
      const end = start + length
      if (end <= bytes.length && bytes.compare(this.#bytes, from, from + length, start, end) === 0) return slot
    }
    return -1
  }

  lengthOf(slot: number): number {
    return this.#slots[slot + 2] ?? 0
  }

  numberOf(slot: number): number {
    return this.#slots[slot + 3] ?? 0
  }

  /** The hash may be that of its beginning alone. */
  keep(value: Buffer, hash: number, number: number): void {
    const start = this.#length
    if (start + value.length > maxKeptBytes) return
    if (this.#count * 2 * slotWords >= this.#slots.length) this.#grow()
    const slot = this.#freeSlot(hash)
    if (slot === -1) return
    this.#fill(slot, { hash, place: start + 1, length: value.length, number })
    this.#makeRoom(start + value.length)
    value.copy(this.#bytes, start)
    this.#length += value.length
    this.#count += 1
  }

  #slotAt(hash: number, step: number): number {
    // The lower bits of the hash alone say little of a text's beginning.
    return (((hash ^ (hash >>> 15)) + step) * slotWords) & (this.#slots.length - 1)
  }

  #freeSlot(hash: number): number {
    for (let step = 0; step < maxSteps; step += 1) {
      const slot = this.#slotAt(hash, step)
      if (this.#slots[slot + 1] === 0) return slot
    }
    return -1
  }

  #fill(slot: number, { hash, place, length, number }: Record<'hash' | 'place' | 'length' | 'number', number>): void {
    this.#slots[slot] = hash
    this.#slots[slot + 1] = place
    this.#slots[slot + 2] = length
    this.#slots[slot + 3] = number
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Int32Array(before.length * 2)
    for (let old = 0; old < before.length; old += slotWords) {
      const [hash, place] = [before[old] ?? 0, before[old + 1] ?? 0]
      const slot = place === 0 ? -1 : this.#freeSlot(hash)
      if (slot !== -1) this.#fill(slot, { hash, place, length: before[old + 2] ?? 0, number: before[old + 3] ?? 0 })
    }
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(length, this.#bytes.length * 2))
    this.#bytes.copy(larger)
    this.#bytes = larger
  }
}
