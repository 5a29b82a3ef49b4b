import { Piscina } from 'piscina'
import type { Staging } from '../cas/staging.ts'
import { received, type Transferred } from '../lib/error-transfer.ts'
import type { BundleLimits } from './open-bundle.ts'
import type { Replay } from './replay-bundle.ts'
import { ReplayError } from './replay-errors.ts'
import type { ReplayJob } from './replay-thread.ts'

const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './replay-thread.ts' : './replay-thread.js',
  import.meta.url,
)

export interface ReplayLaneOptions {
  readonly stagingDirectory: string
  readonly limits: BundleLimits
  readonly queued: number
}

/** One thread for replays: whoever has something proven holds up neither evidence nor questions. */
export class ReplayLane {
  readonly #pool: Piscina
  readonly #options: ReplayLaneOptions

  constructor(options: ReplayLaneOptions) {
    this.#options = options
    this.#pool = new Piscina({
      filename: threadFile.href,
      name: 'replay',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: 30_000,
    })
  }

  /** Spools the bundle to disk first: memory stays small, however large it says it is. */
  async replay(staging: Staging, body: AsyncIterable<Buffer>): Promise<Replay> {
    const { stagingDirectory, limits, queued } = this.#options
    if (this.#pool.queueSize >= queued) {
      throw new ReplayError('REPLAYS_EXHAUSTED', 'too many bundles wait', { retryAfterSeconds: 5 })
    }
    const bundle = await staging.stage(body, 'identity')
    try {
      const { path, storedLength } = bundle
      const job: ReplayJob = { stagingDirectory, limits, path, storedLength }
      const outcome: Transferred<Replay> = await this.#pool.run(job)
      return received(outcome)
    } finally {
      await bundle.discard()
    }
  }

  async close(): Promise<void> {
    await this.#pool.close({ force: true })
  }
}
