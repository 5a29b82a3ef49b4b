import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { CallgraphEntryPoint, DroppedCounts } from './callgraph.ts'

/** What the store knows of a graph: everything but the graph. */
export interface CallgraphRecord {
  readonly tenant: Tenant
  readonly callgraphId: string
  readonly graphHash: Digest
  readonly artifactHash: Digest
  readonly casUri: string
  readonly artifactCasUri: string
  readonly manifestCasUri: string
  readonly manifestHash: Digest
  readonly schemaVersion: string
  readonly format: string
  /** As given with the upload: the artefact's own file names become the graph's by it. */
  readonly root?: string
  readonly language: string
  readonly component: string
  readonly version: string
  readonly closedWorld: boolean
  readonly nodeCount: number
  readonly edgeCount: number
  readonly entryPointCount: number
  readonly externalCount: number
  readonly dropped: DroppedCounts
  /** The first 1,000; the whole list is in the graph's archive. */
  readonly entryPoints: readonly CallgraphEntryPoint[]
  readonly analyzer?: { readonly name: string; readonly version?: string; readonly algorithm?: string }
  readonly analysisIds: readonly string[]
  readonly subjectKeys: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
  readonly createdAt: string
}
