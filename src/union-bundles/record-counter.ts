const lineFeed = 0x0a
const blanks = new Set([0x20, 0x09, 0x0d])

/** Counts the lines of a file while it goes by, and those of them that say something. */
export class RecordCounter {
  #lines = 0
  #records = 0
  #hasText = false
  #isLineOpen = false

  push(chunk: Buffer): void {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(lineFeed, start)
      const stop = end === -1 ? chunk.length : end
      this.#look(chunk, start, stop)
      if (end !== -1) this.#closeLine()
      start = stop + 1
    }
  }

  /** A last line counts without its line feed too. */
  counts(): { readonly lines: number; readonly records: number; readonly endsWithLineFeed: boolean } {
    const open = this.#isLineOpen ? 1 : 0
    const said = this.#hasText ? 1 : 0
    return { lines: this.#lines + open, records: this.#records + said, endsWithLineFeed: !this.#isLineOpen }
  }

  #look(chunk: Buffer, start: number, stop: number): void {
    if (stop > start) this.#isLineOpen = true
    for (let offset = start; offset < stop && !this.#hasText; offset += 1) {
      const byte = chunk[offset]
      if (byte !== undefined && !blanks.has(byte)) this.#hasText = true
    }
  }

  #closeLine(): void {
    this.#lines += 1
    if (this.#hasText) this.#records += 1
    this.#hasText = false
    this.#isLineOpen = false
  }
}
