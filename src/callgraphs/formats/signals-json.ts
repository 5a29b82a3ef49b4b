import { type JsonOpening, type JsonPiece, pointerTo } from '../../lib/json-piece.ts'
import { parseStrictJson } from '../../lib/strict-json.ts'
import { CallgraphError, invalidValue, malformed } from '../callgraph-errors.ts'
import { ownShapeEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat } from './format.ts'
import * as member from './json-members.ts'
import { fromNames, ownEdge, ownEntryPoint, ownNode, toNames } from './own-records.ts'
import { readPieces } from './read-pieces.ts'

type AddRecord = (builder: GraphBuilder, value: unknown) => void

const maxDepth = 64
const addNode: AddRecord = (builder, value) => builder.addNode(ownNode(value))
const addEdge: AddRecord = (builder, value) => builder.addEdge(ownEdge(value))
const addEntryPoint: AddRecord = (builder, value) => builder.addEntryPoint(ownEntryPoint(value))
const lists = new Map<string, AddRecord>([
  ['nodes', addNode],
  ['functions', addNode],
  ['edges', addEdge],
  ['calls', addEdge],
  ['roots', addEntryPoint],
  ['entrypoints', addEntryPoint],
  ['entryPoints', addEntryPoint],
])
const forbiddenNames: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** Our own nodes and edges, in every spelling of contracts, 3.1. Being ours, it is read strictly. */
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
  const names = new Set<string>()
  await readPieces(chunks, {
    opens: ([name, ...deeper], kind) =>
      name === undefined || (deeper.length === 0 && kind === 'array' && lists.has(String(name))),
    take(event) {
      if (event.kind === 'open') noteOpening(names, event)
      else takePiece(builder, names, event)
    },
  })
}

function noteOpening(names: Set<string>, { container, byteOffset }: JsonOpening): void {
  const [name] = container.path
  if (name !== undefined) noteName(names, { name: String(name), byteOffset })
  else if (container.kind === 'array') throw notThisFormat()
}

function takePiece(builder: GraphBuilder, names: Set<string>, piece: JsonPiece): void {
  const [list] = piece.container?.path ?? []
  const depth = list === undefined ? 1 : 2
  const value = parseStrictJson(piece.bytes, { maxDepth: maxDepth - depth })
  const add = typeof list === 'string' ? lists.get(list) : undefined
  if (add) {
    add(builder, value)
    return
  }
  const name = String(piece.key ?? '')
  if (piece.key === undefined) throw notThisFormat()
  noteName(names, { name, byteOffset: piece.byteOffset })
  if (lists.has(name) && value !== null) throw invalidValue('TYPE_WRONG', `${name} must be a list`)
}

function noteName(names: Set<string>, { name, byteOffset }: { name: string; byteOffset: number }): void {
  const place = { pointer: pointerTo([name]), byteOffset }
  if (names.has(name)) throw malformed(`the member ${name} is there twice`, place)
  if (forbiddenNames.includes(name)) throw malformed(`the member name ${name} is not allowed`, place)
  names.add(name)
}

function notThisFormat(): CallgraphError {
  return new CallgraphError('CALLGRAPH_FORMAT_UNRECOGNISED', 'the content is not signals-json')
}
