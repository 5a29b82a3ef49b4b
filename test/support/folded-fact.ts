import type { CallgraphRecord } from '../../src/callgraphs/callgraph-record.ts'
import type { GraphIndex } from '../../src/callgraphs/graph-index.ts'
import type { Evidence, EvidencePayload } from '../../src/evidence/evidence.ts'
import {
  computeFact,
  defaultFactLimits,
  type FactLimits,
  type FoldInput,
  type FoldOutput,
} from '../../src/facts/compute-fact.ts'
import type { FactBody } from '../../src/facts/fact.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { isTenant, type Tenant } from '../../src/identifiers/tenant.ts'
import { type ScoringProfile, scoringProfile } from '../../src/scoring/profile.ts'
import { type MapBlobs, mapBlobs } from './map-blobs.ts'
import { type TinyGraph, tinyGraphIndex } from './tiny-graph.ts'

export type TinyGraphs = Readonly<Record<string, TinyGraph>>

type FoldedGraph = TinyGraph | GraphIndex

export function tenantNamed(name: string): Tenant {
  if (!isTenant(name)) throw new Error(`no tenant: ${name}`)
  return name
}

/** A subject whose evidence is folded in memory, one call of `fold` after the other, as the fold protocol would. */
export class FoldedSubject {
  readonly blobs: MapBlobs = mapBlobs()
  readonly #records: readonly CallgraphRecord[]
  readonly #indexes: ReadonlyMap<string, GraphIndex>
  readonly #settings: { profile: ScoringProfile; limits: FactLimits }
  loadedIndexes = 0
  row: FactRow | undefined

  constructor(
    graphs: Readonly<Record<string, FoldedGraph>>,
    settings: { profile?: ScoringProfile; limits?: Partial<FactLimits> } = {},
  ) {
    this.#records = Object.entries(graphs).map(([id, graph]) =>
      recordOf(id, isIndex(graph) ? { openWorld: !graph.closedWorld } : graph),
    )
    this.#indexes = new Map(
      Object.entries(graphs).map(([id, graph]) => [id, isIndex(graph) ? graph : tinyGraphIndex(graph)]),
    )
    this.#settings = {
      profile: settings.profile ?? scoringProfile('signals-v1'),
      limits: { ...defaultFactLimits, ...settings.limits },
    }
  }

  async fold(...evidence: Evidence[]): Promise<FoldOutput> {
    const output = await computeFact(
      { ...this.blobs, loadIndex: async (id) => this.#indexOf(id) },
      this.#input(evidence),
    )
    this.row = rowAfter(this.row, output)
    return output
  }

  get body(): FactBody {
    if (!this.row?.fact?.body) throw new Error('there is no fact')
    return JSON.parse(Buffer.from(this.row.fact.body).toString('utf8')) as FactBody
  }

  #indexOf(callgraphId: string): GraphIndex {
    this.loadedIndexes++
    const index = this.#indexes.get(callgraphId)
    if (!index) throw new Error(`no graph: ${callgraphId}`)
    return index
  }

  #input(evidence: readonly Evidence[]): FoldInput {
    return {
      ...this.#settings,
      tenant: tenantNamed('acme'),
      subjectKey: 'scan-1',
      row: this.row,
      evidence,
      callgraphs: this.#records,
      nowTimestamp: '2026-11-20T12:00:00.000Z',
    }
  }
}

/** As the store would give it back: through JSON. */
function rowAfter(row: FactRow | undefined, output: FoldOutput): FactRow {
  const { digest, summary, metadata, body } = output
  const fact = output.hasChanged ? { digest, computedAt: summary.computedAt, summary, metadata, body } : row?.fact
  return {
    tenant: tenantNamed('acme'),
    subjectKey: 'scan-1',
    revision: (row?.revision ?? 0) + 1,
    version: (row?.version ?? 0) + (output.hasChanged ? 1 : 0),
    aliases: [...output.aliases],
    ledger: JSON.parse(JSON.stringify(output.ledger)) as FactRow['ledger'],
    folded: [],
    events: [],
    ...(fact && { fact }),
  }
}

function isIndex(graph: FoldedGraph): graph is GraphIndex {
  return 'resolve' in graph
}

export function recordOf(callgraphId: string, graph: TinyGraph): CallgraphRecord {
  const digest = sha256Of(callgraphId)
  return {
    tenant: tenantNamed('acme'),
    callgraphId,
    graphHash: digest,
    artifactHash: digest,
    casUri: '',
    artifactCasUri: '',
    manifestCasUri: '',
    manifestHash: digest,
    schemaVersion: 'signals.callgraph.v1',
    format: 'signals-json',
    language: 'go',
    component: 'shop',
    version: '1',
    closedWorld: graph.openWorld !== true,
    nodeCount: 0,
    edgeCount: 0,
    entryPointCount: 0,
    externalCount: 0,
    dropped: { duplicateNodes: 0, duplicateEdges: 0, clampedConfidences: 0 },
    entryPoints: [],
    analysisIds: [],
    subjectKeys: [],
    createdAt: '2026-11-20T11:00:00.000Z',
  }
}

let evidenceCount = 0

export function evidenceOf(payload: EvidencePayload, extra: Partial<Evidence> = {}): Evidence {
  const id = `evidence-${++evidenceCount}`
  return {
    id,
    tenant: tenantNamed('acme'),
    subject: { scanId: 'scan-1' },
    subjectKey: 'scan-1',
    aliases: [],
    receivedAt: '2026-11-20T11:30:00.000Z',
    payload,
    receipt: { receiptId: id, kind: payload.kind, answer: {}, refused: [], refusedTotal: 0 },
    ...extra,
  }
}

export function graphPosted(callgraphId: string, ...targets: string[]): Evidence {
  return evidenceOf({ kind: 'callgraph', callgraphId, targets })
}

export function hitsPosted(
  callgraphId: string,
  hits: Readonly<Record<string, number>>,
  watched?: { dropped?: number },
): Evidence {
  const window = watched && { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z', ...watched }
  return evidenceOf({
    kind: 'runtime',
    callgraphId,
    hits: Object.entries(hits).map(([symbolId, hitCount]) => ({ symbolId, hitCount })),
    source: 'agent',
    ...(window && { window }),
  })
}
