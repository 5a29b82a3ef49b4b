import { rm } from 'node:fs/promises'
import { Piscina } from 'piscina'
import type { StagedBlob } from '../cas/staged-blob.ts'
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

  constructor(options: { readonly stagingDirectory: string; readonly threads: number; readonly queued: number }) {
    this.#stagingDirectory = options.stagingDirectory
    this.#pool = new Piscina({
      filename: threadFile.href,
      name: 'analyze',
      minThreads: 0,
      maxThreads: options.threads,
      maxQueue: options.queued,
      idleTimeout: 30_000,
    })
  }

  async analyze(artifact: PlainBlob, options: AnalyzeOptions): Promise<AnalyzedCallgraph> {
    const { path, encoding, digest, contentLength, storedLength } = artifact
    const job: AnalysisJob = {
      stagingDirectory: this.#stagingDirectory,
      artifact: { path, encoding, digest, contentLength, storedLength },
      options,
    }
    const outcome: Transferred<PlainAnalysis> = await this.#pool.run(job)
    const { archive, index, ...summary } = received(outcome)
    return { ...summary, archive: stagedBlob(archive), index: stagedBlob(index) }
  }

  async close(): Promise<void> {
    await this.#pool.close({ force: true })
  }
}

function stagedBlob(blob: PlainBlob): StagedBlob {
  return { ...blob, discard: () => rm(blob.path, { force: true }) }
}
