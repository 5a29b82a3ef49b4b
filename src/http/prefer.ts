import type { IncomingHttpHeaders } from 'node:http'

const maxWaitSeconds = 30

/** Seconds of `Prefer: wait=n` (RFC 7240, 4.3), cut to 30; undefined when absent or malformed, and then ignored. */
export function preferredWait(headers: IncomingHttpHeaders): number | undefined {
  const preferences = [headers['prefer'] ?? []].flat().join(',').split(',')
  for (const preference of preferences) {
    // RFC 7240, 2: parameters may follow, the value may be quoted, and the first of a name counts.
    const match = /^\s*wait\s*=\s*(?:(\d{1,10})|"(\d{1,10})")\s*(?:;.*)?$/i.exec(preference)
    const seconds = match?.[1] ?? match?.[2]
    if (seconds !== undefined) return Math.min(Number(seconds), maxWaitSeconds)
  }
  return undefined
}

/** The `Preference-Applied` of an answer: the fact is in it, or time ran out. */
export function preferenceApplied(waitSeconds: number, hasFact: boolean): string {
  return hasFact ? `wait=${waitSeconds}` : 'respond-async'
}
