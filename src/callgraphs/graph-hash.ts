import { createHash } from 'node:crypto'
import { type Digest, digestFromHex } from '../identifiers/digest.ts'
import type { NormalizedCallgraph } from './callgraph.ts'
import { bytesOfLines, entryPointLine, nodeLine, schemaLine } from './canonical-lines.ts'
import { EdgeLines } from './edge-lines.ts'

/** SHA-256 over the canonical lines of a graph, one after another: no document of it is ever made. Source: contracts, 3.1. */
export function hashCallgraph(graph: NormalizedCallgraph): Digest {
  const hash = new GraphHash(graph)
  for (const bytes of bytesOfLines(graph.nodes, nodeLine)) hash.update(bytes)
  for (const bytes of new EdgeLines(graph, { withEvidence: false }).pieces()) hash.update(bytes)
  return hash.digest()
}

/** The same from lines that are made anyway: it is told all of the nodes', and after them all of the edges'. */
export class GraphHash {
  readonly #graph: NormalizedCallgraph
  readonly #hash = createHash('sha256')

  constructor(graph: NormalizedCallgraph) {
    this.#graph = graph
    this.#hash.update(`${schemaLine(graph.closedWorld)}\n`)
  }

  update(lines: Uint8Array): void {
    this.#hash.update(lines)
  }

  digest(): Digest {
    for (const bytes of bytesOfLines(this.#graph.entryPoints, entryPointLine)) this.#hash.update(bytes)
    return digestFromHex(this.#hash.digest('hex'))
  }
}
