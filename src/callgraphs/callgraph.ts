/** The normalised graph, `signals.callgraph.v1` (contracts, 3.1). Absent optional members are left out of its canonical lines. */
export const callgraphSchema = 'signals.callgraph.v1'

export type EdgeKind = 'static' | 'heuristic' | 'runtime'
export type EdgeType = 'call' | 'import' | 'inherit' | 'reference'

export const entryPointKinds = [
  'main',
  'http',
  'grpc',
  'cli',
  'job',
  'event',
  'timer',
  'init',
  'test',
  'unknown',
] as const
export type EntryPointKind = (typeof entryPointKinds)[number]
export type EntryPointSource = 'declared' | 'inferred' | 'guessed'

export interface CallgraphNode {
  readonly id: string
  readonly symbolId: string
  readonly symbolKey: string
  readonly name: string
  /** `function` by default; `external` for an end of an edge that the graph has no node for. */
  readonly kind: string
  readonly namespace?: string
  readonly file?: string
  readonly line?: number
  readonly visibility?: string
  readonly language: string
  readonly purl?: string
  readonly codeId?: string
  readonly buildId?: string
  readonly symbolDigest?: string
  readonly isEntryPointCandidate?: boolean
  readonly attributes?: Readonly<Record<string, string>>
}

export interface CallgraphEdge {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  readonly type: EdgeType
  readonly reason?: string
  readonly confidence: number
  readonly isResolved: boolean
  readonly candidates?: readonly string[]
  /** Places and letters of native output: stored, sorted, distinct, and no part of the hash. */
  readonly evidence?: readonly string[]
}

/** An edge by the places of its ends in `nodes`; kind and type as one number (`edgeCode`), candidates and evidence empty for none. */
export interface NumberedEdge {
  readonly from: number
  readonly to: number
  readonly code: number
  readonly confidence: number
  readonly isResolved: boolean
  readonly reason: string | undefined
  readonly candidates: readonly string[]
  readonly evidence: readonly string[]
}

export interface CallgraphEntryPoint {
  readonly nodeId: string
  readonly kind: EntryPointKind
  readonly route?: string
  readonly phase?: string
  readonly source: EntryPointSource
}

export interface DroppedCounts {
  readonly duplicateNodes: number
  readonly duplicateEdges: number
  readonly clampedConfidences: number
}

/** A graph in its one order: nodes by id; edges by from, to, kind, type; entry points by nodeId, kind, route, phase. */
export interface NormalizedCallgraph {
  readonly language: string
  readonly closedWorld: boolean
  readonly nodes: readonly CallgraphNode[]
  readonly edgeCount: number
  /** Edges in order, made one at a time: a graph of millions is never held as objects. */
  edges(): Iterable<CallgraphEdge>
  /** The same by position, for who needs no names. */
  edgeAt(position: number): NumberedEdge
  readonly hasEvidence: boolean
  readonly entryPoints: readonly CallgraphEntryPoint[]
  readonly externalCount: number
  readonly dropped: DroppedCounts
}
