import type { EdgeKind, EdgeType, EntryPointKind, EntryPointSource } from './callgraph.ts'

/** A node as a format tells it: types are checked, texts are not cleaned yet. */
export interface RawNode {
  readonly id: string
  readonly symbolId?: string | undefined
  readonly symbolKey?: string | undefined
  readonly name?: string | undefined
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly visibility?: string | undefined
  readonly language?: string | undefined
  readonly purl?: string | undefined
  readonly codeId?: string | undefined
  readonly buildId?: string | undefined
  readonly symbolDigest?: string | undefined
  readonly isEntryPointCandidate?: boolean | undefined
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

export interface RawEdge {
  readonly from: string
  readonly to: string
  readonly kind?: EdgeKind | undefined
  readonly type?: EdgeType | undefined
  readonly reason?: string | undefined
  readonly confidence?: number | undefined
  readonly isResolved?: boolean | undefined
  readonly candidates?: readonly string[] | undefined
  readonly evidence?: readonly string[] | undefined
}

export interface RawEntryPoint {
  readonly nodeId: string
  readonly kind?: EntryPointKind | undefined
  readonly route?: string | undefined
  readonly phase?: string | undefined
  readonly source?: EntryPointSource | undefined
}

export interface GraphLimits {
  /** Of the shapes that are our own; 64 when absent. */
  readonly maxDepth?: number
  readonly maxNodes: number
  /** Counted as told, before like ones are merged: this is what bounds memory. */
  readonly maxEdges: number
}

export const defaultGraphLimits: GraphLimits = { maxNodes: 2_000_000, maxEdges: 10_000_000 }
