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
  readonly log: string[]
  kill(signal?: NodeJS.Signals): Promise<void>
}

const mainFile = join(import.meta.dirname, '../../src/main.ts')

/** The service as its users run it: a process of its own, on a free port. */
export async function startServiceProcess(
  dataDirectory: string,
  env: Readonly<Record<string, string>> = {},
  wrapper: readonly string[] = [],
): Promise<ServiceProcess> {
  const [command = process.execPath, ...args] = [...wrapper, process.execPath, mainFile]
  const child = spawn(command, args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      SIGNALS__HTTP__PORT: '0',
      SIGNALS__DATA_DIRECTORY: dataDirectory,
      SIGNALS__TELEMETRY__METRICS__PORT: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Not `exit`: only now all that it wrote has been read, also by whoever traces it.
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  const log: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line)
      if (line.includes('"msg":"listening"')) resolve(JSON.parse(line).url)
    })
    void exited.then(({ code, signal }) =>
      reject(new Error(`exited with ${code ?? signal} before it listened:\n${log.join('\n')}`)),
    )
  })
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal)
    await exited
  }
  return { url, child, exited, log, kill }
}

/** A directory that is gone when the test is over. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'signals-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
