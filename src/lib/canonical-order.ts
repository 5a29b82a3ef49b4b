/** Deeper values, and those that contain themselves, are not looked through. */
const maxDepth = 64

/** Whether a value is plain data, its members in the order of RFC 8785: that of their names' UTF-16 code units. */
export function isInCanonicalOrder(value: unknown, depth = 0): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth === maxDepth) return false
  return Array.isArray(value) ? areInOrder(value, depth + 1) : isObjectInOrder(value, depth + 1)
}

function areInOrder(values: readonly unknown[], depth: number): boolean {
  for (const value of values) if (!isInCanonicalOrder(value, depth)) return false
  return true
}

function isObjectInOrder(value: object, depth: number): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  let last = ''
  for (const [name, member] of Object.entries(value)) {
    if (name < last || typeof member === 'function') return false
    if (member !== undefined && !isInCanonicalOrder(member, depth)) return false
    last = name
  }
  return true
}
