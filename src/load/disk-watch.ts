import { statfs } from 'node:fs/promises'
import type { Timer } from '../lib/timer.ts'

export interface DiskWatchDeps {
  /** What is written to; several may be on one file system. */
  readonly directories: readonly string[]
  readonly minFreeBytes: number
  readonly timer: Timer
  readonly everyMs: number
  readonly look?: (directory: string) => Promise<DiskSpace>
}

export interface DiskSpace {
  readonly freeBytes: number
  readonly totalBytes: number
}

/** A small volume need not keep as much free as a large one. */
const shareKeptFree = 0.05

/** Looks now and then how much may still be written, before a write fails in the middle. */
export class DiskWatch {
  readonly #deps: DiskWatchDeps
  #roomBytes = Number.POSITIVE_INFINITY
  #cancel: () => void = () => undefined
  #isClosed = false

  private constructor(deps: DiskWatchDeps) {
    this.#deps = deps
  }

  static async start(deps: DiskWatchDeps): Promise<DiskWatch> {
    const watch = new DiskWatch(deps)
    await watch.#again()
    return watch
  }

  /** What may be written before the fullest file system has less than is to be kept free; not above 0 when it has. */
  get roomBytes(): number {
    return this.#roomBytes
  }

  /** At once, and not when it is time. */
  async look(): Promise<void> {
    const rooms = await Promise.all(this.#deps.directories.map((directory) => this.#roomOf(directory)))
    this.#roomBytes = Math.min(...rooms)
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  async #again(): Promise<void> {
    await this.look()
    if (this.#isClosed) return
    this.#cancel = this.#deps.timer(this.#deps.everyMs, () => void this.#again())
  }

  /** One that cannot be looked at is no shortage: the checks of store and content tell what is wrong with it. */
  async #roomOf(directory: string): Promise<number> {
    try {
      const { freeBytes, totalBytes } = await (this.#deps.look ?? spaceOf)(directory)
      return freeBytes - Math.min(this.#deps.minFreeBytes, totalBytes * shareKeptFree)
    } catch {
      return Number.POSITIVE_INFINITY
    }
  }
}

async function spaceOf(directory: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(directory)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
