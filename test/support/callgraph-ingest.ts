import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { analyze } from '../../src/callgraphs/analysis-thread.ts'
import type { CallgraphUpload } from '../../src/callgraphs/callgraph-upload.ts'
import type { CallgraphRequest, IngestCallgraphDeps, IngestedCallgraph } from '../../src/callgraphs/ingest-callgraph.ts'
import { Content } from '../../src/cas/content.ts'
import type { StagedBlob } from '../../src/cas/staged-blob.ts'
import { Staging } from '../../src/cas/staging.ts'
import { IdempotencyGate } from '../../src/evidence/idempotency.ts'
import { received } from '../../src/lib/error-transfer.ts'
import { noFailPoints } from '../../src/lib/fail-points.ts'
import { MemoryCallgraphRepository } from './memory-callgraph-repository.ts'
import { MemoryCasStore } from './memory-cas-store.ts'
import { MemoryEvidenceQueue } from './memory-evidence-queue.ts'
import { smallGraph } from './posted-graph.ts'
import { chunked } from './read-graph.ts'
import { acme } from './store-values.ts'

/** The use case on fakes that work: repository, queue and content store in memory, staging in a directory of its own. */
export class CallgraphIngest implements AsyncDisposable {
  readonly queue = new MemoryEvidenceQueue()
  readonly callgraphs = new MemoryCallgraphRepository()
  readonly store = new MemoryCasStore()
  readonly appended: string[] = []
  readonly ingested: IngestedCallgraph[] = []
  readonly content: Content
  readonly deps: IngestCallgraphDeps
  analyzed = 0
  readonly #directory: string

  private constructor(directory: string, staging: Staging) {
    this.#directory = directory
    this.content = new Content(this.store, staging)
    let ids = 0
    this.deps = {
      content: this.content,
      callgraphs: this.callgraphs,
      queue: this.queue,
      gate: new IdempotencyGate(),
      analyze: async (artifact, options) => {
        this.analyzed += 1
        const { archive, index, ...summary } = received(
          await analyze({ stagingDirectory: directory, artifact, options }),
        )
        return { ...summary, archive: discarded(archive), index: discarded(index) }
      },
      admitFold: () => undefined,
      requireRoom: async () => undefined,
      onAppended: ({ tenant, subjectKey }) => void this.appended.push(`${tenant}/${subjectKey}`),
      onIngested: (callgraph) => void this.ingested.push(callgraph),
      clock: () => Date.UTC(2026, 10, 20, 12),
      newId: () => {
        ids += 1
        return `receipt-${ids}`
      },
      failPoints: noFailPoints,
    }
  }

  static async open(): Promise<CallgraphIngest> {
    const directory = await mkdtemp(join(tmpdir(), 'callgraph-ingest-'))
    return new CallgraphIngest(directory, await Staging.open(directory))
  }

  /** What a refused request must not leave anywhere. */
  async leftovers(): Promise<{ rows: number; records: number; files: string[] }> {
    const records = await this.callgraphs.list(acme, {}, undefined, 10)
    return { rows: this.queue.rows.length, records: records.length, files: await readdir(this.#directory) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
  }
}

function discarded(blob: Omit<StagedBlob, 'discard'>): StagedBlob {
  return { ...blob, discard: () => rm(blob.path, { force: true }) }
}

export function uploading(changed: Partial<CallgraphUpload> = {}, key?: string): CallgraphRequest {
  const upload: CallgraphUpload = {
    tenant: acme,
    language: 'node',
    component: 'shop',
    version: '1',
    format: 'auto',
    closedWorld: false,
    entryPoints: [],
    targets: [],
    content: chunked(smallGraph),
    ...changed,
  }
  return { upload, idempotencyKey: key, parameters: {} }
}

export const scan1 = { subject: { scanId: 'scan-1' }, subjectKey: 'scan-1', aliases: ['image'] }
