import type { EntryPointSource } from './callgraph.ts'

/**
 * A graph made ready for searching: nodes are numbers in ordinal order of their ids, so that comparing numbers is
 * comparing ids; neighbours stand in that order too, each once. Built once per graph, stored in the CAS under a format
 * version, and backed by one shared buffer.
 */
export interface GraphIndex {
  readonly closedWorld: boolean
  readonly nodeCount: number
  /** Distinct (from, to) pairs, of every kind and type. */
  readonly linkCount: number
  /** The successors of node n are `targets[offsets[n]] … targets[offsets[n + 1] - 1]`. */
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
  /** Beside `targets`: 1 where at least one of the edges is unresolved. */
  readonly unresolved: Uint8Array
  /** By node: 1 where it is external. */
  readonly external: Uint8Array
  /** In ordinal order of node, each node once (the strongest source: declared, inferred, guessed). */
  readonly entryPoints: readonly IndexedEntryPoint[]
  readonly byteLength: number
  idOf(node: number): string
  /** By id, then symbolKey, then symbolId: the first kind of name with any match decides. */
  resolve(name: string): Resolution
}

export interface IndexedEntryPoint {
  readonly node: number
  readonly source: EntryPointSource
}

export type Resolution =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'absent' }
