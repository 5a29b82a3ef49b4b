import type { CallgraphEntryPoint } from './callgraph.ts'
import type { CallgraphRecord } from './callgraph-record.ts'

/** A graph's manifest, in the seed's spelling (contracts, 8). Kept for ever, under the graph's id. */
export interface CallgraphManifest {
  readonly schema: 'signals.callgraph.manifest.v1'
  readonly graph_id: string
  readonly digest: string
  readonly language: string
  readonly component: string
  readonly version: string
  readonly source: { readonly format: string; readonly artifact_uri: string; readonly artifact_digest: string }
  readonly analyzer: { readonly name: string; readonly version?: string; readonly algorithm?: string } | null
  readonly analysis_id?: string
  readonly created: string
  readonly node_count: number
  readonly edge_count: number
  readonly entry_points: readonly CallgraphEntryPoint[]
  readonly cas_uri: string
}

type ManifestSource = Omit<CallgraphRecord, 'manifestHash' | 'manifestCasUri'>

export function manifestOf(graph: ManifestSource): CallgraphManifest {
  const [analysisId] = graph.analysisIds
  return {
    schema: 'signals.callgraph.manifest.v1',
    graph_id: graph.callgraphId,
    digest: graph.graphHash,
    language: graph.language,
    component: graph.component,
    version: graph.version,
    source: { format: graph.format, artifact_uri: graph.artifactCasUri, artifact_digest: graph.artifactHash },
    analyzer: graph.analyzer ?? null,
    ...(analysisId !== undefined && { analysis_id: analysisId }),
    created: graph.createdAt,
    node_count: graph.nodeCount,
    edge_count: graph.edgeCount,
    entry_points: graph.entryPoints,
    cas_uri: graph.casUri,
  }
}
