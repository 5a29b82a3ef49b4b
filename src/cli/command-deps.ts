import type { Clock } from '../lib/clock.ts'

/** What commands are handed. */
export interface CommandDeps {
  readonly clock: Clock
  readonly newId: () => string
  readonly sleep: (delayMs: number) => Promise<void>
  /** To standard output: the result alone, so that it can be piped. */
  readonly print: (text: string) => void
  /** To standard error: what a person wants to know. */
  readonly say: (text: string) => void
  /** Writes over the last line of a terminal; absent where standard error is none. */
  readonly showProgress?: ((line: string) => void) | undefined
}
