import { ownShapeEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat } from './format.ts'
import * as member from './json-members.ts'
import { fromNames, ownEdge, ownEntryPoint, ownNode, toNames } from './own-records.ts'
import { PlainEdges } from './plain-edges.ts'
import { PlainIds } from './plain-ids.ts'
import { PlainNodes } from './plain-nodes.ts'
import { readLists } from './read-lists.ts'

/** Our own nodes and edges, in every spelling of contracts, 3.1. */
export const signalsJson: GraphFormat = { name: 'signals-json', recognises, read, infer: ownShapeEntryPoints }

function recognises({ members }: ContentSample): boolean {
  if (members.get('nodes')?.kind === 'array' || members.get('functions')?.kind === 'array') return true
  // A long list of edges may fill the head before the nodes come.
  const edges = [members.get('edges'), members.get('calls')]
  return edges.some((list) => list?.kind === 'array' && isEdge(list.firstElement))
}

function isEdge(value: unknown): boolean {
  if (!member.isJsonObject(value)) return false
  return member.firstMember(value, fromNames) !== undefined && member.firstMember(value, toNames) !== undefined
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder): Promise<void> {
  const addNode = (value: unknown) => builder.addNode(ownNode(value))
  const addEdge = (value: unknown) => builder.addEdge(ownEdge(value))
  const addEntryPoint = (value: unknown) => builder.addEntryPoint(ownEntryPoint(value))
  const lists = new Map([
    ['nodes', addNode],
    ['functions', addNode],
    ['edges', addEdge],
    ['calls', addEdge],
    ['roots', addEntryPoint],
    ['entrypoints', addEntryPoint],
    ['entryPoints', addEntryPoint],
  ])
  await readLists(chunks, { format: 'signals-json', lists, inPlace: plainLists(builder), maxDepth: builder.maxDepth })
}

function plainLists(builder: GraphBuilder) {
  const ids = new PlainIds(builder)
  const nodes = new PlainNodes(builder, ids)
  const edges = new PlainEdges(builder, ids)
  const readNode = (bytes: Buffer, at: number) => nodes.read(bytes, at)
  const readEdge = (bytes: Buffer, at: number) => edges.read(bytes, at)
  return new Map([
    ['nodes', readNode],
    ['functions', readNode],
    ['edges', readEdge],
    ['calls', readEdge],
  ])
}
