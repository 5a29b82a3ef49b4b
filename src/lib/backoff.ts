export interface BackoffOptions {
  readonly baseMs: number
  readonly maxMs: number
}

/** Exponential delay before the given attempt (1 is the first retry), with half of it left to chance so that replicas spread out. */
export function backoffMs({ baseMs, maxMs }: BackoffOptions, attempt: number, random = Math.random): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(ceiling / 2 + (ceiling / 2) * random())
}
