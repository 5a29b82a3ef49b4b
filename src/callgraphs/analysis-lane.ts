import { rm } from 'node:fs/promises'
import { Piscina } from 'piscina'
import type { StagedBlob } from '../cas/staged-blob.ts'
import { HttpError } from '../http/http-errors.ts'
import { received, type Transferred } from '../lib/error-transfer.ts'
import type { AnalysisJob, PlainAnalysis, PlainBlob } from './analysis-thread.ts'
import type { AnalyzedCallgraph, AnalyzeOptions } from './analyze-callgraph.ts'

const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './analysis-thread.ts' : './analysis-thread.js',
  import.meta.url,
)

/** The lane of threads for graphs: apart from folds, so that a minute-long graph never holds one up. */
export class AnalysisLane {
  readonly #pool: Piscina
  readonly #stagingDirectory: string
  readonly #queued: number

  constructor(options: { readonly stagingDirectory: string; readonly threads: number; readonly queued: number }) {
    this.#stagingDirectory = options.stagingDirectory
    this.#queued = options.queued
    this.#pool = new Piscina({
      filename: threadFile.href,
      name: 'analyze',
      minThreads: 0,
      maxThreads: options.threads,
      idleTimeout: 30_000,
    })
  }

  /** Graphs that no thread reads yet. */
  get waiting(): number {
    return this.#pool.queueSize
  }

  async analyze(artifact: PlainBlob, options: AnalyzeOptions): Promise<AnalyzedCallgraph> {
    const { path, encoding, digest, contentLength, storedLength } = artifact
    const job: AnalysisJob = {
      stagingDirectory: this.#stagingDirectory,
      artifact: { path, encoding, digest, contentLength, storedLength },
      options,
    }
    const outcome: Transferred<PlainAnalysis> = await this.#run(job)
    const { archive, index, ...summary } = received(outcome)
    return { ...summary, archive: stagedBlob(archive), index: stagedBlob(index) }
  }

  async #run(job: AnalysisJob): Promise<Transferred<PlainAnalysis>> {
    if (this.waiting >= this.#queued) {
      throw new HttpError('UPLOADS_EXHAUSTED', 'too many graphs wait to be read', { retryAfterSeconds: 5 })
    }
    return await this.#pool.run(job)
  }

  async close(): Promise<void> {
    await this.#pool.close({ force: true })
  }
}

function stagedBlob(blob: PlainBlob): StagedBlob {
  return { ...blob, discard: () => rm(blob.path, { force: true }) }
}
