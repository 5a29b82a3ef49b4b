/** Compares by UTF-16 code units: the same everywhere, whatever the locale (RFC 8785, 3.2.3). */
export function compareOrdinal(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Compares two tuples of strings, member by member. An absent member sorts first. */
export function compareTuples(left: readonly (string | undefined)[], right: readonly (string | undefined)[]): number {
  for (const [position, text] of left.entries()) {
    const order = compareOrdinal(text ?? '', right[position] ?? '')
    if (order !== 0) return order
  }
  return 0
}
