import { createHash } from 'node:crypto'
import { type Digest, digestFromHex } from '../identifiers/digest.ts'
import type { NormalizedCallgraph } from './callgraph.ts'
import { bytesOfLines, edgeLine, entryPointLine, nodeLine, schemaLine } from './canonical-lines.ts'

/** SHA-256 over the canonical lines of a graph, one after another: no document of it is ever made. Source: contracts, 3.1. */
export function hashCallgraph(graph: NormalizedCallgraph): Digest {
  const hash = createHash('sha256')
  for (const bytes of bytesOfLines(canonicalLines(graph))) hash.update(bytes)
  return digestFromHex(hash.digest('hex'))
}

function* canonicalLines(graph: NormalizedCallgraph): Generator<string> {
  yield schemaLine(graph.closedWorld)
  for (const node of graph.nodes) yield nodeLine(node)
  for (const edge of graph.edges()) yield edgeLine(edge)
  for (const entryPoint of graph.entryPoints) yield entryPointLine(entryPoint)
}
