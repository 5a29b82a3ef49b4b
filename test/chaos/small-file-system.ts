import { execFile } from 'node:child_process'
import { mkdtemp, rmdir, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system of its own that can be made full, and have room again. */
export interface SmallFileSystem extends AsyncDisposable {
  readonly path: string
  fill(): Promise<void>
  makeRoom(): Promise<void>
}

const room = '8g'

/** Undefined where nobody lets us mount one. */
export async function openSmallFileSystem(): Promise<SmallFileSystem | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'signals-chaos-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${room}`, 'signals-chaos', path])
  } catch {
    await rmdir(path)
    return undefined
  }
  return {
    path,
    fill: () => shrink(path),
    makeRoom: async () => void (await run('mount', ['-o', `remount,size=${room}`, path])),
    async [Symbol.asyncDispose]() {
      // Lazily: somebody may still be reading what is to go.
      await run('umount', ['-l', path])
      await rmdir(path)
    },
  }
}

/** No bytes are written for it: its size becomes what is in use. Others write meanwhile, so it takes some tries. */
async function shrink(path: string): Promise<void> {
  for (;;) {
    const { blocks, bfree, bsize } = await statfs(path)
    const used = Math.max(1, blocks - bfree) * bsize
    const isFull = await run('mount', ['-o', `remount,size=${used}`, path]).then(
      () => true,
      () => false,
    )
    if (isFull) return
  }
}
