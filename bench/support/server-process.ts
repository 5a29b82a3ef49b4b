import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BenchOptions } from './claim.ts'

/** A server in a process of its own; disposing ends it and removes what it stored. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly pid: number
}

const root = join(import.meta.dirname, '../..')

interface ServiceOptions extends Pick<BenchOptions, 'profileDirectory'> {
  /** Variables of what a row compares, and nothing else. */
  readonly settings?: Readonly<Record<string, string>>
}

/** The service as its users run it, with an empty data directory on the disk of the temporary directory. */
export async function startService({ profileDirectory, settings }: ServiceOptions): Promise<ServerProcess> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'signals-bench-'))
  const profiling = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`]
  const child = spawn(process.execPath, [...profiling, join(root, 'src/main.ts')], {
    env: { ...serviceEnvironment(dataDirectory), ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return await listening(child, () => rm(dataDirectory, { recursive: true, force: true }))
}

/** Every setting but those that keep a run apart from others stands at its default. */
export function serviceEnvironment(dataDirectory: string): NodeJS.ProcessEnv {
  return {
    // As `npm start` has it.
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
    SIGNALS__HTTP__PORT: '0',
    SIGNALS__DATA_DIRECTORY: dataDirectory,
    SIGNALS__TELEMETRY__METRICS__PORT: 'off',
  }
}

export async function startBaseline(file: string, args: readonly string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(root, 'bench/baselines', file), ...args], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return await listening(child, async () => undefined)
}

async function listening(child: ChildProcess, cleanUp: () => Promise<void>): Promise<ServerProcess> {
  const exited = once(child, 'exit')
  const end = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
    await cleanUp()
  }
  try {
    return { url: await listeningUrl(child), pid: child.pid ?? 0, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}

/** Of the line that tells it; what is logged afterwards is read and thrown away, as a log collector would. */
export async function listeningUrl({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('a server has no standard output')
  for await (const line of createInterface({ input: stdout })) {
    const entry: unknown = JSON.parse(line)
    if (isListening(entry)) {
      stdout.resume()
      return entry.url
    }
  }
  throw new Error('a server ended before it listened')
}

function isListening(entry: unknown): entry is { msg: 'listening'; url: string } {
  return typeof entry === 'object' && entry !== null && 'msg' in entry && entry.msg === 'listening' && 'url' in entry
}
