import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type StoreTask = 'append-for-ever' | 'append-300' | 'count-to-60'

export interface StoreChild {
  readonly child: ChildProcess
  /** Everything acknowledged so far, a line each. */
  readonly acknowledged: string[]
  /** Resolves when so many lines are there, or the child has ended. */
  hasAcknowledged(count: number): Promise<void>
  /** Resolves with the exit code when all its output has been read. */
  readonly ended: Promise<number | null>
}

const taskFile = join(import.meta.dirname, 'store-task.ts')

/** A process of its own that works on the file and writes a line for every acknowledgement. */
export function startStoreChild(path: string, task: StoreTask): StoreChild {
  const child = spawn(process.execPath, [taskFile, path, task], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: string[] = []
  let wake: () => void = () => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    acknowledged.push(line)
    wake()
  })
  const ended = once(child, 'close').then(([code]) => {
    wake()
    return typeof code === 'number' ? code : null
  })
  return {
    child,
    acknowledged,
    ended,
    async hasAcknowledged(count) {
      while (acknowledged.length < count && child.exitCode === null && child.signalCode === null) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
