import canonicalize from 'canonicalize'
import { isInCanonicalOrder } from './canonical-order.ts'

/** RFC 8785 text of a value. Members that are `undefined` are left out; NaN, infinities and lone surrogates throw. */
export function canonicalJson(value: unknown): string {
  const text = textInOrder(value) ?? canonicalize(value)
  if (text === undefined) throw new TypeError('undefined has no canonical form')
  return text
}

export function canonicalBytes(value: unknown): Buffer {
  return Buffer.from(canonicalJson(value), 'utf8')
}

/**
 * Of a value whose members stand in canonical order already, as they do in everything that was read from canonical JSON,
 * `JSON.stringify` writes the canonical text, in a quarter of the time of its obvious twin, `canonicalize`.
 */
function textInOrder(value: unknown): string | undefined {
  if (!isInCanonicalOrder(value)) return undefined
  const text = JSON.stringify(value)
  // Half a surrogate pair would stand there as an escape.
  return text.includes('\\ud') ? undefined : text
}
