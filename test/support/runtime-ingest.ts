import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Content } from '../../src/cas/content.ts'
import { Staging } from '../../src/cas/staging.ts'
import { IdempotencyGate } from '../../src/evidence/idempotency.ts'
import { isTenant, type Tenant } from '../../src/identifiers/tenant.ts'
import { noFailPoints } from '../../src/lib/fail-points.ts'
import type {
  IngestRuntimeFactsDeps,
  StreamedFactsRequest,
  StructuredFactsRequest,
} from '../../src/runtime-facts/ingest-runtime-facts.ts'
import { MemoryCasStore } from './memory-cas-store.ts'
import { MemoryEvidenceQueue } from './memory-evidence-queue.ts'

export const knownCallgraph = 'cg-00000000000000000000000000000001'

export function tenantNamed(name: string): Tenant {
  if (!isTenant(name)) throw new TypeError(`${name} is no tenant`)
  return name
}

export const acme = tenantNamed('acme')

/** The use case on fakes that work: a queue and a content store in memory, staging in a directory of its own. */
export class RuntimeIngest implements AsyncDisposable {
  readonly queue = new MemoryEvidenceQueue()
  readonly store = new MemoryCasStore()
  readonly appended: string[] = []
  readonly content: Content
  readonly deps: IngestRuntimeFactsDeps
  readonly #directory: string

  private constructor(directory: string, staging: Staging) {
    this.#directory = directory
    this.content = new Content(this.store, staging)
    let ids = 0
    this.deps = {
      queue: this.queue,
      gate: new IdempotencyGate(),
      content: this.content,
      locateOutput: async () => undefined,
      countUnmatched: async (_tenant, callgraphId, symbolIds) =>
        callgraphId === knownCallgraph
          ? symbolIds.filter((symbolId) => symbolId.startsWith('unmatched')).length
          : undefined,
      admitFold: () => undefined,
      requireRoom: async () => undefined,
      onAccepted: () => undefined,
      onAppended: ({ tenant, subjectKey }) => void this.appended.push(`${tenant}/${subjectKey}`),
      failPoints: noFailPoints,
      clock: () => Date.UTC(2026, 10, 20, 12),
      newId: () => {
        ids += 1
        return `0190f000-0000-7000-8000-${String(ids).padStart(12, '0')}`
      },
      limits: { maxLineBytes: 1024 * 1024, maxDepth: 64, maxSymbols: 1_000_000 },
    }
  }

  static async open(): Promise<RuntimeIngest> {
    const directory = await mkdtemp(join(tmpdir(), 'runtime-ingest-'))
    return new RuntimeIngest(directory, await Staging.open(directory))
  }

  /** What a refused request must not leave anywhere. */
  async leftovers(): Promise<{ rows: number; blobs: number; files: string[] }> {
    return { rows: this.queue.rows.length, blobs: this.store.objects.size, files: await readdir(this.#directory) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
  }
}

export async function* chunksOf(...parts: (string | Uint8Array)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part)
}

export function streamed(
  lines: string | Uint8Array,
  overrides: Partial<StreamedFactsRequest> = {},
): StreamedFactsRequest {
  return {
    tenant: acme,
    scope: 'POST /signals/runtime-facts/ndjson',
    idempotencyKey: undefined,
    agentInstance: undefined,
    correlationId: 'correlation-1',
    body: chunksOf(lines),
    said: { callgraphId: knownCallgraph, subject: { scanId: 'scan-1' } },
    isStrict: false,
    ...overrides,
  }
}

export function structured(document: unknown, overrides: Partial<StructuredFactsRequest> = {}): StructuredFactsRequest {
  return {
    tenant: acme,
    scope: 'POST /signals/runtime-facts',
    idempotencyKey: undefined,
    agentInstance: undefined,
    correlationId: 'correlation-1',
    body: chunksOf(typeof document === 'string' ? document : JSON.stringify(document)),
    source: undefined,
    ...overrides,
  }
}
