import { canonicalJson } from '../lib/canonical-json.ts'
import type { CallgraphEdge, CallgraphEntryPoint, CallgraphNode } from './callgraph.ts'
import { callgraphSchema } from './callgraph.ts'

// RFC 8785 sorts members by UTF-16 code units and writes strings and numbers as ECMAScript does: an object made with its
// members in that order needs no sorting, which is five times faster for a million edges.

export function schemaLine(closedWorld: boolean): string {
  return JSON.stringify({ closedWorld, schema: callgraphSchema })
}

export function nodeLine(node: CallgraphNode): string {
  // Open member names may look like array positions, and those have an order of their own in ECMAScript.
  return canonicalJson(node)
}

/** Absent members stay absent. Evidence is no part of the hash: it says where an edge was seen, not that it is another one. */
export function edgeLine(edge: CallgraphEdge): string {
  const { candidates, confidence, from, isResolved, kind, reason, to, type } = edge
  return JSON.stringify({ candidates, confidence, from, isResolved, kind, reason, to, type })
}

export function edgeLineWithEvidence(edge: CallgraphEdge): string {
  const { candidates, confidence, evidence, from, isResolved, kind, reason, to, type } = edge
  return JSON.stringify({ candidates, confidence, evidence, from, isResolved, kind, reason, to, type })
}

export function entryPointLine({ kind, nodeId, phase, route, source }: CallgraphEntryPoint): string {
  return JSON.stringify({ kind, nodeId, phase, route, source })
}

/** Lines with their LF, gathered into pieces that are worth a write each. */
export function* bytesOfLines(lines: Iterable<string>): Generator<Buffer> {
  let gathered: string[] = []
  let length = 0
  for (const line of lines) {
    gathered.push(line, '\n')
    length += line.length
    if (length < 64 * 1024) continue
    yield Buffer.from(gathered.join(''), 'utf8')
    gathered = []
    length = 0
  }
  if (gathered.length > 0) yield Buffer.from(gathered.join(''), 'utf8')
}
