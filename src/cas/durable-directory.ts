import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LRUCache } from 'lru-cache'
import { errnoOf } from './cas-errors.ts'

const remembered = 65_536

/**
 * Directories below a root, made so that they survive a loss of power: a directory is durable when the one that names it
 * was synced. One that stands already may be a moment old and unsynced, made by another process, so each is synced once.
 */
export class DurableDirectories {
  readonly #root: string
  readonly #made = new LRUCache<string, Promise<void>>({ maxSize: remembered, sizeCalculation: () => 1 })

  constructor(root: string) {
    this.#root = root
  }

  /** Makes a directory, and all above it, durably. */
  ensure(directory: string): Promise<void> {
    const known = this.#made.get(directory)
    if (known) return known
    const making = this.#make(directory)
    this.#made.set(directory, making)
    making.catch(() => this.#made.delete(directory))
    return making
  }

  /** Somebody may have removed it from outside: the next `ensure` looks again, at everything. */
  forget(): void {
    this.#made.clear()
  }

  async #make(directory: string): Promise<void> {
    if (directory === this.#root) return makeRoot(directory)
    const parent = dirname(directory)
    await this.ensure(parent)
    await mkdir(directory, { mode: 0o700 }).catch(ignoreExisting)
    await syncDirectory(parent)
  }
}

/** What a directory lists is durable only after this: syncing a file does not sync its name. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r')
  await handle.sync()
}

/** The root's own parents are synced as far up as they had to be made. */
async function makeRoot(root: string): Promise<void> {
  const topmostMade = (await mkdir(root, { recursive: true, mode: 0o700 })) ?? root
  let made = root
  for (;;) {
    await syncDirectory(dirname(made))
    if (made === topmostMade) return
    made = dirname(made)
  }
}

function ignoreExisting(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error
}
