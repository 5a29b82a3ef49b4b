/** Where lines go, each whole and with its end. */
export interface LineSink {
  write(lines: string): void
}

export interface LogOutputDeps {
  readonly sink: LineSink
  /** Has the last word on whatever is written. */
  readonly scrub: (lines: string) => string
  /** How long a line may wait for others; none waits when absent. */
  readonly waitMs?: number
}

/** More than a pipe takes at once. */
const mostWaiting = 64 * 1024

/**
 * The one way out of the log. What is written last, before the process goes, is what one wants to read: so a line goes out at
 * once, behind those that wait. Only lines that say so wait, for at most `waitMs`, and go out together: for answers, of which
 * there are thousands in a second, that saves a call of the system, a scrubbing and a waking of the reader each.
 */
export class LogOutput {
  readonly #deps: LogOutputDeps
  #waiting = ''
  #timer: NodeJS.Timeout | undefined

  constructor(deps: LogOutputDeps) {
    this.#deps = deps
  }

  write(line: string): void {
    const lines = this.#waiting + line
    this.#forget()
    this.#deps.sink.write(this.#deps.scrub(lines))
  }

  writeSoon(line: string): void {
    this.#waiting += line
    const { waitMs } = this.#deps
    if (waitMs === undefined || this.#waiting.length >= mostWaiting) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), waitMs).unref()
  }

  flush(): void {
    if (this.#waiting !== '') this.write('')
  }

  #forget(): void {
    this.#waiting = ''
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
