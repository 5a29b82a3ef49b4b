/** Milliseconds since the Unix epoch. Handed in wherever time matters, so that tests own it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** RFC 3339 UTC with milliseconds, the only form in which Signals writes a time. */
export function timestampOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
