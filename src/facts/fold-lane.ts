import { Piscina } from 'piscina'
import type { ContentOptions } from '../cas/open-content.ts'
import { received, type Transferred } from '../lib/error-transfer.ts'
import type { FoldInput, FoldOutput } from './compute-fact.ts'
import type { FoldJob } from './fold-thread.ts'

const threadFile = new URL(import.meta.url.endsWith('.ts') ? './fold-thread.ts' : './fold-thread.js', import.meta.url)

/** The lane of threads for folds: apart from graphs, whose analysis may take a minute. */
export class FoldLane {
  readonly #pool: Piscina
  readonly #content: ContentOptions

  constructor(options: { readonly content: ContentOptions; readonly threads: number }) {
    this.#content = options.content
    this.#pool = new Piscina({
      filename: threadFile.href,
      name: 'fold',
      minThreads: 0,
      maxThreads: options.threads,
      idleTimeout: 30_000,
    })
  }

  async compute(input: FoldInput, indexes: ReadonlyMap<string, SharedArrayBuffer>): Promise<FoldOutput> {
    const job: FoldJob = { content: this.#content, input, indexes }
    const outcome: Transferred<FoldOutput> = await this.#pool.run(job)
    const output = received(outcome)
    // Structured clone hands buffers over as plain byte arrays.
    const { buffer, byteOffset, byteLength } = output.body
    return { ...output, body: Buffer.from(buffer, byteOffset, byteLength) }
  }

  async close(): Promise<void> {
    await this.#pool.close({ force: true })
  }
}
