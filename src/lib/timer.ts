/** Runs something later, once; the answer takes it back. Handed in wherever waiting matters, so that tests own it. */
export type Timer = (delayMs: number, run: () => void) => () => void

export const systemTimer: Timer = (delayMs, run) => {
  const timeout = setTimeout(run, delayMs)
  return () => clearTimeout(timeout)
}
