/** How many characters must be put in, taken out or changed to make one text the other; undefined when more than `bound`. */
export function editDistance(one: string, other: string, bound: number): number | undefined {
  if (Math.abs(one.length - other.length) > bound) return undefined
  const { start, oneEnd, otherEnd } = difference(one, other)
  const [left, right] = [one.slice(start, oneEnd), other.slice(start, otherEnd)]
  if (left === '' || right === '') return left.length + right.length
  let above = Uint16Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row += 1) above = nextRow(above, { left, right, row, bound })
  const distance = above[right.length] ?? bound + 1
  return distance > bound ? undefined : distance
}

/** Where two texts begin and cease to differ: most that are near differ in a character or two. */
function difference(one: string, other: string) {
  let start = 0
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1
  let [oneEnd, otherEnd] = [one.length, other.length]
  while (oneEnd > start && otherEnd > start && one[oneEnd - 1] === other[otherEnd - 1]) {
    oneEnd -= 1
    otherEnd -= 1
  }
  return { start, oneEnd, otherEnd }
}

interface RowInput {
  readonly left: string
  readonly right: string
  readonly row: number
  readonly bound: number
}

/** Only cells near the diagonal can stay within the bound; the rest are never looked at. */
function nextRow(above: Uint16Array, { left, right, row, bound }: RowInput): Uint16Array<ArrayBuffer> {
  const far = bound + 1
  const current = new Uint16Array(right.length + 1).fill(far)
  if (row <= bound) current[0] = row
  const last = Math.min(right.length, row + bound)
  for (let column = Math.max(1, row - bound); column <= last; column += 1) {
    const change = left[row - 1] === right[column - 1] ? 0 : 1
    const changed = (above[column - 1] ?? far) + change
    const inserted = (current[column - 1] ?? far) + 1
    const removed = (above[column] ?? far) + 1
    current[column] = Math.min(changed, inserted, removed)
  }
  return current
}
