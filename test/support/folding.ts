import type { Evidence } from '../../src/evidence/evidence.ts'
import type { BlobAccess } from '../../src/facts/blob-access.ts'
import { computeFact, defaultFactLimits, type FoldInput, type FoldOutput } from '../../src/facts/compute-fact.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { type FoldDeps, type FoldOutcome, foldSubject, type UpdatedFact } from '../../src/facts/fold.ts'
import { noFailPoints } from '../../src/lib/fail-points.ts'
import { scoringProfile } from '../../src/scoring/profile.ts'
import { recordOf, type TinyGraphs, tenantNamed } from './folded-fact.ts'
import { ManualTime } from './manual-timer.ts'
import { type MapBlobs, mapBlobs } from './map-blobs.ts'
import { MemoryEvidenceQueue } from './memory-evidence-queue.ts'
import { MemoryFactRepository } from './memory-fact-repository.ts'
import { tinyGraphIndex } from './tiny-graph.ts'

export const scan1 = { tenant: tenantNamed('acme'), subjectKey: 'scan-1' }

/** The fold protocol on a queue and a fact repository that work, in memory; what a test changes of it, it says. */
export class Folding {
  readonly queue = new MemoryEvidenceQueue()
  readonly facts = new MemoryFactRepository()
  readonly blobs: MapBlobs = mapBlobs()
  readonly time = new ManualTime()
  readonly saved: FactRow[] = []
  readonly updated: UpdatedFact[] = []
  readonly computed: FoldInput[] = []
  readonly deps: FoldDeps

  readonly #passing: (blobs: BlobAccess) => BlobAccess

  /** `passing`: what all blobs that a fold reads and puts pass through. */
  constructor(graphs: TinyGraphs, passing: (blobs: BlobAccess) => BlobAccess = (blobs) => blobs) {
    this.#passing = passing
    const indexes = new Map(Object.entries(graphs).map(([id, graph]) => [id, tinyGraphIndex(graph)]))
    const records = new Map(Object.entries(graphs).map(([id, graph]) => [id, recordOf(id, graph)]))
    this.deps = {
      facts: this.facts,
      queue: this.queue,
      findCallgraph: async (_tenant, callgraphId) => records.get(callgraphId),
      isBeingErased: async () => false,
      compute: async (input) => await this.#compute(input, indexes),
      onSaved: async (row) => {
        this.saved.push(row)
      },
      onUpdated: (updated) => void this.updated.push(updated),
      clock: this.time.clock,
      timer: this.time.timer,
      failPoints: noFailPoints,
      owner: 'one',
      profile: scoringProfile('signals-v1'),
      limits: { evidencePerFold: 500, unrelayedEvents: 500, leaseMs: 2_000 },
      factLimits: defaultFactLimits,
    }
  }

  async fold(changed: Partial<FoldDeps> = {}): Promise<FoldOutcome> {
    return await foldSubject({ ...this.deps, ...changed }, scan1)
  }

  async append(...evidence: Evidence[]): Promise<void> {
    for (const each of evidence) await this.queue.append(each)
  }

  async row(): Promise<FactRow> {
    const row = await this.facts.find(scan1.tenant, scan1.subjectKey)
    if (!row) throw new Error('there is no row')
    return row
  }

  /** Ids of evidence that is marked as folded. */
  get marked(): string[] {
    return this.queue.rows.flatMap(({ evidence, isFolded }) => (isFolded ? [evidence.id] : []))
  }

  async #compute(
    input: FoldInput,
    indexes: ReadonlyMap<string, ReturnType<typeof tinyGraphIndex>>,
  ): Promise<FoldOutput> {
    this.computed.push(input)
    const loadIndex = async (callgraphId: string) => {
      const index = indexes.get(callgraphId)
      if (!index) throw new Error(`no graph: ${callgraphId}`)
      return index
    }
    return await computeFact({ ...this.#passing(this.blobs), loadIndex }, input)
  }
}
