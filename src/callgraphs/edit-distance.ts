/** How many characters must be put in, taken out or changed to make one text the other; undefined when more than `bound`. */
export function editDistance(one: string, other: string, bound: number): number | undefined {
  if (Math.abs(one.length - other.length) > bound) return undefined
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = nextRow(above, { one, other, row, bound })
    if (Math.min(...current) > bound) return undefined
    above = current
  }
  const distance = above[other.length] ?? bound + 1
  return distance > bound ? undefined : distance
}

interface RowInput {
  readonly one: string
  readonly other: string
  readonly row: number
  readonly bound: number
}

/** Only cells near the diagonal can stay within the bound; the rest are never looked at. */
function nextRow(above: readonly number[], { one, other, row, bound }: RowInput): number[] {
  const far = bound + 1
  const current = Array.from({ length: other.length + 1 }, () => far)
  if (row <= bound) current[0] = row
  const last = Math.min(other.length, row + bound)
  for (let column = Math.max(1, row - bound); column <= last; column += 1) {
    const change = one[row - 1] === other[column - 1] ? 0 : 1
    const changed = (above[column - 1] ?? far) + change
    const inserted = (current[column - 1] ?? far) + 1
    const removed = (above[column] ?? far) + 1
    current[column] = Math.min(changed, inserted, removed)
  }
  return current
}
