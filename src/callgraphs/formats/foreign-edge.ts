import type { EdgeType } from '../callgraph.ts'
import { edgeTypes } from '../edge-columns.ts'

/**
 * What another vocabulary calls an edge: one of our types, or a way of calling. The word of the latter is no more than
 * evidence, as it is with every analyser's own output.
 */
export function typeOfEdge(word: string | undefined): {
  readonly type: EdgeType
  readonly evidence: readonly string[]
} {
  const cleaned = word?.trim() ?? ''
  const type = edgeTypes.find((known) => known === cleaned)
  return type ? { type, evidence: [] } : { type: 'call', evidence: cleaned === '' ? [] : [cleaned] }
}

/** A symbol id in the form that Signals computes itself; any other text is a name and computes one. */
export function knownSymbolId(text: string | undefined): string | undefined {
  return text?.trim().startsWith('sym:') ? text : undefined
}
