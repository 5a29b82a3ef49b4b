import type { CallgraphEdge } from '../../src/callgraphs/callgraph.ts'
import { canonicalJson } from '../../src/lib/canonical-json.ts'

/** The line of an edge as canonical JSON has it: what the lines that are put together of bytes must agree with. */
export function edgeLineWithEvidence(edge: CallgraphEdge): string {
  return canonicalJson(edge)
}

/** Evidence is no part of the hash. */
export function edgeLine({ evidence: _seen, ...edge }: CallgraphEdge): string {
  return canonicalJson(edge)
}
