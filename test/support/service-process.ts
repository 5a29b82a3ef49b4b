import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface ServiceProcess {
  readonly url: string
  readonly child: ChildProcess
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly log: readonly string[]
  /** Resolves with the first line that has `part` in it. */
  untilLogged(part: string): Promise<string>
  kill(signal?: NodeJS.Signals): Promise<void>
}

const mainFile = join(import.meta.dirname, '../../src/main.ts')

/** The service as its users run it: a process of its own, on a free port. */
export async function startServiceProcess(
  dataDirectory: string,
  env: Readonly<Record<string, string>> = {},
  wrapper: readonly string[] = [],
): Promise<ServiceProcess> {
  const [command, ...args] = [...wrapper, process.execPath, mainFile]
  const child = spawn(command, args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      SIGNALS__HTTP__PORT: '0',
      SIGNALS__DATA_DIRECTORY: dataDirectory,
      SIGNALS__TELEMETRY__METRICS__PORT: 'off',
      // A machine that is busy with other tests must not be why work is refused.
      SIGNALS__LIMITS__EVENT_LOOP_DELAY_MS: '60000',
      // Tests start it more often than users do: what was compiled before need not be again.
      NODE_COMPILE_CACHE: join(tmpdir(), 'signals-compile-cache'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Not `exit`: only now all that it wrote has been read, also by whoever traces it.
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  const log = new ProcessLog(child)
  const ended = exited.then(({ code, signal }): never => {
    throw new Error(`exited with ${code ?? signal}:\n${log.lines.join('\n')}`)
  })
  const untilLogged = (part: string): Promise<string> => Promise.race([log.until(part), ended])
  const url: string = JSON.parse(await untilLogged('"msg":"listening"')).url
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal)
    await exited
  }
  return { url, child, exited, log: log.lines, untilLogged, kill }
}

/** What a process writes, line by line, to either output. */
class ProcessLog {
  readonly lines: string[] = []
  readonly #waiting = new Set<(line: string) => void>()

  constructor({ stdout, stderr }: Pick<ChildProcess, 'stdout' | 'stderr'>) {
    for (const output of [stdout, stderr]) {
      if (output) createInterface({ input: output }).on('line', (line) => this.#add(line))
    }
  }

  async until(part: string): Promise<string> {
    const known = this.lines.find((line) => line.includes(part))
    if (known !== undefined) return known
    return await new Promise((resolve) => {
      const see = (line: string): void => {
        if (!line.includes(part)) return
        this.#waiting.delete(see)
        resolve(line)
      }
      this.#waiting.add(see)
    })
  }

  #add(line: string): void {
    this.lines.push(line)
    for (const see of this.#waiting) see(line)
  }
}

/** A directory that is gone when the test is over. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'signals-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
