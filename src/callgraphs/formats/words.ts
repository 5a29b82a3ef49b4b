/** A few words known by their bytes: which of them stands somewhere is found without making a text of it. */
export class Words {
  readonly #byLength: { readonly bytes: Buffer; readonly number: number }[][] = []

  /** Several words may have one number. */
  constructor(numbers: Iterable<readonly [word: string, number: number]>) {
    for (const [word, number] of numbers) {
      const bytes = Buffer.from(word)
      const alike = this.#byLength[bytes.length] ?? []
      alike.push({ bytes, number })
      this.#byLength[bytes.length] = alike
    }
  }

  /** -1: none of them. */
  find(bytes: Buffer, start: number, end: number): number {
    const alike = this.#byLength[end - start]
    if (alike === undefined) return -1
    for (const word of alike) if (standsAt(word.bytes, bytes, start)) return word.number
    return -1
  }
}

function standsAt(word: Buffer, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < word.length; at += 1) if (word[at] !== bytes[start + at]) return false
  return true
}
