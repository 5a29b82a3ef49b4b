/** RFC 3986, 2: nothing else stands in a URI. What else a URL parser would make something of is not for two readers to guess. */
const uriCharacters = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/

/** Whole segments, in whatever spelling, that a parser resolves and a router takes as they stand. */
const dotSegment = /\/(\.|%2e){1,2}(\/|$)/i

/**
 * An http URL in the form in which equal ones are equal (RFC 3986, 6.2.2 and 6.2.3), without query and fragment; undefined
 * for anything else.
 */
export function comparableUrl(text: string): string | undefined {
  if (!uriCharacters.test(text) || !/^https?:\/\/[^/]/i.test(text)) return undefined
  const url = URL.parse(text)
  if (url?.username !== '' || url.password !== '') return undefined
  return `${url.origin}${url.pathname.replaceAll(/%[0-9a-f]{2}/gi, normalEscape)}`
}

/** The URL at which clients see a path of ours. The Host of a request has no part in it: anybody can write one. */
export function requestUrl(publicUrl: string, target: string): string | undefined {
  const [path = ''] = target.split(/[?#]/, 1)
  if (!path.startsWith('/') || dotSegment.test(path)) return undefined
  const { origin, pathname } = new URL(publicUrl)
  return comparableUrl(`${origin}${pathname.replace(/\/+$/, '')}${path}`)
}

/** RFC 3986, 6.2.2.1 and 6.2.2.2. */
function normalEscape(written: string): string {
  const character = String.fromCharCode(Number.parseInt(written.slice(1), 16))
  return /[\w\-.~]/.test(character) ? character : written.toUpperCase()
}
