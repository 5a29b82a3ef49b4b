import { createReadStream } from 'node:fs'
import { readContent } from '../cas/read-stored.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import { Staging } from '../cas/staging.ts'
import { type Transferred, transferring } from '../lib/error-transfer.ts'
import { type AnalyzedCallgraph, type AnalyzeOptions, analyzeCallgraph } from './analyze-callgraph.ts'

// A diagnostic report tells of each thread's environment, which is mostly secrets.
process.report.excludeEnv = true

export type PlainBlob = Omit<StagedBlob, 'discard'>

export interface AnalysisJob {
  readonly stagingDirectory: string
  readonly artifact: PlainBlob
  readonly options: AnalyzeOptions
}

export type PlainAnalysis = Omit<AnalyzedCallgraph, 'archive' | 'index'> & {
  readonly archive: PlainBlob
  readonly index: PlainBlob
}

/** Runs in a worker thread: from a staged upload to a staged archive and a staged index. */
export async function analyze(job: AnalysisJob): Promise<Transferred<PlainAnalysis>> {
  const staging = await Staging.open(job.stagingDirectory)
  return await transferring(async () => {
    const chunks = readArtifact(job.artifact)
    const { archive, index, ...summary } = await analyzeCallgraph({ staging }, { ...job.options, chunks })
    return { ...summary, archive: plainBlob(archive), index: plainBlob(index) }
  })
}

/** Opened by its reader and closed with it: a file that nobody read would fail behind everybody's back once it is discarded. */
async function* readArtifact({ path, storedLength, encoding }: PlainBlob): AsyncGenerator<Buffer> {
  const stored = createReadStream(path)
  try {
    // Staged a moment ago, and its frame has a checksum: it need not be hashed once more.
    yield* readContent({ stored, storedLength }, { encoding })
  } finally {
    stored.destroy()
  }
}

function plainBlob({ path, encoding, digest, contentLength, storedLength }: StagedBlob): PlainBlob {
  return { path, encoding, digest, contentLength, storedLength }
}
