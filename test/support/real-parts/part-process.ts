import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface PartProcess {
  readonly pid: number
  /** Ends it and waits for its end; SIGKILL is what a power cut is to it. */
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Starts a program; resolves when `isReady` says so of a line of its output, rejects when it ends before. */
export async function startPartProcess(
  program: string,
  args: readonly string[],
  isReady: (line: string) => boolean,
): Promise<PartProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  await untilReady(child, exited, isReady)
  return {
    pid: child.pid ?? 0,
    async kill(signal) {
      child.kill(signal)
      await exited
    },
  }
}

async function untilReady(child: ChildProcess, exited: Promise<unknown>, isReady: (line: string) => boolean) {
  const ready = Promise.withResolvers<void>()
  let unfinished = ''
  const tail: string[] = []
  const read = (chunk: Buffer): void => {
    const lines = (unfinished + chunk.toString('utf8')).split('\n')
    unfinished = lines.pop() ?? ''
    tail.push(...lines)
    tail.splice(0, tail.length - 20)
    if (lines.some(isReady)) ready.resolve()
  }
  // Read to its end: a pipe that is full would stop the program.
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  child.on('error', (error) => ready.reject(error))
  void exited.then(() => ready.reject(new Error(`it ended before it was ready:\n${tail.join('\n')}`)))
  await ready.promise
}
