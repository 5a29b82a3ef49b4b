import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { GraphIndex } from '../callgraphs/graph-index.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { BlobAccess } from '../facts/blob-access.ts'
import type { ComputeFactDeps, FoldInput, FoldOutput } from '../facts/compute-fact.ts'
import type { FactRow } from '../facts/fact-row.ts'
import { nextRow } from '../facts/fold.ts'
import { evidenceName } from './bundle-files.ts'
import { evidenceSlices } from './evidence-slices.ts'
import type { OpenedBundle } from './open-bundle.ts'
import { readGraph } from './read-inputs.ts'
import type { GraphInput, ReplayManifest } from './replay-manifest.ts'
import { replayTenant } from './replay-tenant.ts'
import { UnusableInput } from './unusable-input.ts'

export interface RecomputeFactDeps {
  readonly blobs: BlobAccess
  /** The very function that folds in the service. */
  readonly compute: (deps: ComputeFactDeps, input: FoldInput) => Promise<FoldOutput>
}

/** Folds all evidence of a bundle again, in its order, from nothing. */
export async function recomputeFact(
  deps: RecomputeFactDeps,
  bundle: OpenedBundle,
  manifest: ReplayManifest,
): Promise<FoldOutput> {
  const { blobs, compute } = deps
  const graphs = manifest.reachability.graphs
  const loadIndex = indexReader(bundle, graphs)
  const callgraphs = graphs.map(callgraphRecord)
  const subject = { tenant: replayTenant, subjectKey: manifest.subjectKey }
  let row: FactRow | undefined
  let output: FoldOutput | undefined
  for await (const evidence of evidenceSlices(bundle)) {
    output = await compute({ ...blobs, loadIndex }, foldInput(manifest, { row, evidence, callgraphs }))
    row = nextRow(subject, row, evidence, output)
  }
  if (!output) throw new UnusableInput(evidenceName, 'it has no evidence')
  return output
}

interface FoldStep {
  readonly row: FactRow | undefined
  readonly evidence: readonly Evidence[]
  readonly callgraphs: readonly CallgraphRecord[]
}

function foldInput({ subjectKey, scoringProfile, fact, limits }: ReplayManifest, step: FoldStep): FoldInput {
  const { name, digest, options } = scoringProfile
  if (options === null) throw new TypeError('a fact cannot be scored without options')
  return {
    tenant: replayTenant,
    subjectKey,
    ...step,
    profile: { name, digest, options },
    nowTimestamp: fact.computedAt,
    limits,
  }
}

function indexReader(
  bundle: OpenedBundle,
  graphs: readonly GraphInput[],
): (callgraphId: string) => Promise<GraphIndex> {
  const byId = new Map(graphs.map((graph) => [graph.callgraphId, graph]))
  const opened = new Map<string, Promise<GraphIndex>>()
  return async (callgraphId) => {
    const { digest, graphHash } = byId.get(callgraphId) ?? {}
    if (!digest || !graphHash) throw new TypeError(`the manifest has no graph ${callgraphId}`)
    const index = opened.get(callgraphId) ?? readGraph(bundle, { digest, graphHash })
    opened.set(callgraphId, index)
    return await index
  }
}

/** What a fold reads of a graph's record; the rest of it is about the upload, which a fact knows nothing of. */
function callgraphRecord(graph: GraphInput): CallgraphRecord {
  const { callgraphId, graphHash, language, closedWorld } = graph
  if (graphHash === null || language === null || closedWorld === null) {
    throw new TypeError(`the manifest does not tell what ${callgraphId} is`)
  }
  const none = { nodeCount: 0, edgeCount: 0, entryPointCount: 0, externalCount: 0 }
  const dropped = { duplicateNodes: 0, duplicateEdges: 0, clampedConfidences: 0 }
  return {
    tenant: replayTenant,
    callgraphId,
    graphHash,
    language,
    closedWorld,
    artifactHash: graphHash,
    casUri: graph.casUri ?? '',
    artifactCasUri: '',
    manifestCasUri: '',
    manifestHash: graphHash,
    schemaVersion: '',
    format: '',
    component: graph.component ?? '',
    version: graph.version ?? '',
    ...none,
    dropped,
    entryPoints: [],
    analysisIds: graph.analysisIds,
    subjectKeys: [],
    createdAt: graph.recordedAt ?? '',
  }
}
