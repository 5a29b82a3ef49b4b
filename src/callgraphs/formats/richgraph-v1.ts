import { cleanId } from '../clean-text.ts'
import { edgeTypes } from '../edge-columns.ts'
import { ownShapeEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { RawNode } from '../raw-graph.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat } from './format.ts'
import * as member from './json-members.ts'
import { readLists } from './read-lists.ts'
import { richEdge, richNode, richRoot } from './richgraph-records.ts'

/** `richgraph-v1`: nodes, edges and roots, in snake_case. */
export const richgraphV1: GraphFormat = { name: 'richgraph-v1', recognises, read, infer: ownShapeEntryPoints }

/** By its schema. Canonical JSON writes that behind all lists: of a head that is cut off the records must tell. */
function recognises({ members, isWhole }: ContentSample): boolean {
  const schema = members.get('schema')?.firstElement
  if (schema !== undefined || isWhole) return schema === 'richgraph-v1'
  return isRichNode(members.get('nodes')?.firstElement) || isRichEdge(members.get('edges')?.firstElement)
}

function isRichNode(value: unknown): boolean {
  return member.isJsonObject(value) && typeof value['symbol_id'] === 'string' && typeof value['lang'] === 'string'
}

/** Its `kind` is what our own shape calls `type`. */
function isRichEdge(value: unknown): boolean {
  return member.isJsonObject(value) && edgeTypes.some((type) => type === value['kind'])
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder): Promise<void> {
  const nodeIds = new Set<string>()
  const callees = new Map<string, RawNode>()
  const lists = new Map([
    [
      'nodes',
      (value: unknown) => {
        const node = richNode(value)
        builder.addNode(node)
        nodeIds.add(cleanId(node.id))
      },
    ],
    [
      'edges',
      (value: unknown) => {
        const { callee, ...edge } = richEdge(value)
        builder.addEdge(edge)
        noteCallee(callees, callee)
      },
    ],
    ['roots', (value: unknown) => builder.addEntryPoint(richRoot(value))],
  ])
  await readLists(chunks, { format: 'richgraph-v1', lists, maxDepth: builder.maxDepth })
  for (const callee of callees.values()) if (!nodeIds.has(callee.id)) builder.addNode(callee)
}

/** Kept only where an edge tells something; of several words for one thing the ordinally smallest stays. */
function noteCallee(callees: Map<string, RawNode>, { purl, symbolDigest, ...callee }: RawNode): void {
  if (purl === undefined && symbolDigest === undefined) return
  const known = callees.get(callee.id)
  callees.set(callee.id, {
    ...callee,
    purl: smaller(known?.purl, purl),
    symbolDigest: smaller(known?.symbolDigest, symbolDigest),
  })
}

function smaller(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return left <= right ? left : right
}
