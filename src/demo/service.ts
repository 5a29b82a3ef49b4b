import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface DemoService {
  readonly url: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

const mainFile = new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url)

/** Starts the service as its users do: a process of its own, on a free port, with an empty data directory. */
export async function startService(dataDirectory: string): Promise<DemoService> {
  const child = spawn(process.execPath, [mainFile.pathname], {
    env: { SIGNALS__HTTP__PORT: '0', SIGNALS__DATA_DIRECTORY: dataDirectory, SIGNALS__TELEMETRY__METRICS__PORT: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await listeningUrl(child)
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  return { url, process: child, stop }
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the service has no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    const entry: unknown = JSON.parse(line)
    if (isListening(entry)) {
      child.stdout.resume()
      return entry.url
    }
  }
  throw new Error(`the service ended with exit code ${child.exitCode} before it listened`)
}

function isListening(entry: unknown): entry is { msg: 'listening'; url: string } {
  return typeof entry === 'object' && entry !== null && 'msg' in entry && entry.msg === 'listening' && 'url' in entry
}
