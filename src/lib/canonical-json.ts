import canonicalize from 'canonicalize'

/** RFC 8785 text of a value. Members that are `undefined` are left out; NaN, infinities and lone surrogates throw. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('undefined has no canonical form')
  return text
}

export function canonicalBytes(value: unknown): Buffer {
  return Buffer.from(canonicalJson(value), 'utf8')
}
