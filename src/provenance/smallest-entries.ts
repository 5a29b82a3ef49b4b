import { compareOrdinal } from '../lib/ordinal.ts'

/**
 * A map of the ordinally smallest keys. Bounded while it grows, and yet exact: a key that was dropped once had `limit`
 * smaller ones before it, so no order of arrival can bring it back among those that are kept.
 */
export class SmallestEntries<Value> {
  readonly #limit: number
  #entries = new Map<string, Value>()
  #largestAllowed: string | undefined
  #hasDropped = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** True when there were more keys than are kept. */
  get isTruncated(): boolean {
    return this.#hasDropped || this.#entries.size > this.#limit
  }

  /** The entry of a key, made when it is new; undefined when the key cannot be among the smallest any more. */
  obtain(key: string, make: () => Value): Value | undefined {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    if (this.#largestAllowed !== undefined && key > this.#largestAllowed) {
      this.#hasDropped = true
      return undefined
    }
    const made = make()
    this.#entries.set(key, made)
    // Not at every new key: sorting is paid for by as many keys as it drops.
    if (this.#entries.size > 2 * this.#limit) this.#dropLargest()
    return made
  }

  /** In ordinal order. */
  values(): Value[] {
    return this.#sorted().map(([, value]) => value)
  }

  #dropLargest(): void {
    const kept = this.#sorted()
    this.#entries = new Map(kept)
    this.#largestAllowed = kept.at(-1)?.[0]
    this.#hasDropped = true
  }

  #sorted(): [string, Value][] {
    return [...this.#entries].sort(([one], [other]) => compareOrdinal(one, other)).slice(0, this.#limit)
  }
}
