import type { JsonPiece } from '../../lib/json-piece.ts'
import { parseStrictJson } from '../../lib/strict-json.ts'
import { entryPointKinds } from '../callgraph.ts'
import { CallgraphError, invalidValue, malformed } from '../callgraph-errors.ts'
import { edgeKinds, edgeTypes } from '../edge-columns.ts'
import { ownShapeEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { RawEdge, RawEntryPoint, RawNode } from '../raw-graph.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat } from './format.ts'
import * as member from './json-members.ts'
import { readPieces } from './read-pieces.ts'

const maxDepth = 64
const idNames = ['id', 'nodeId', 'symbolId', 'symbol_id']
const fromNames = ['from', 'source', 'sourceId', 'caller']
const toNames = ['to', 'target', 'targetId', 'callee']
const sources = ['declared', 'inferred', 'guessed'] as const
const lists = new Map([
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
      if (event.kind === 'open') noteOpening(names, event.container)
      else takePiece(builder, names, event)
    },
  })
}

function noteOpening(names: Set<string>, { kind, path }: { kind: string; path: readonly (string | number)[] }): void {
  const [name] = path
  if (name !== undefined) noteName(names, String(name))
  else if (kind === 'array') throw notThisFormat()
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
  noteName(names, name)
  if (lists.has(name) && value !== null) throw invalidValue('TYPE_WRONG', `${name} must be a list`)
}

function noteName(names: Set<string>, name: string): void {
  const pointer = `/${name}`
  if (names.has(name)) throw malformed(`the member ${name} is there twice`, { pointer })
  if (forbiddenNames.includes(name)) throw malformed(`the member name ${name} is not allowed`, { pointer })
  names.add(name)
}

function addNode(builder: GraphBuilder, value: unknown): void {
  builder.addNode(typeof value === 'string' ? { id: value } : nodeOf(member.objectOf(value)))
}

function nodeOf(object: member.JsonObject): RawNode {
  const id = member.idMember(object, idNames)
  return {
    id,
    symbolId: furtherSymbolId(object),
    symbolKey: member.textMember(object, 'symbolKey'),
    name: member.textMember(object, 'name'),
    kind: member.textMember(object, 'kind'),
    namespace: member.textMember(object, 'namespace'),
    file: member.textMember(object, 'file'),
    line: member.countMember(object, 'line'),
    visibility: member.textMember(object, 'visibility'),
    language: member.textMember(object, 'language'),
    purl: member.textMember(object, 'purl'),
    codeId: member.textMember(object, 'codeId'),
    buildId: member.textMember(object, 'buildId'),
    symbolDigest: member.textMember(object, 'symbolDigest'),
    isEntryPointCandidate: member.flagMember(object, 'isEntryPointCandidate'),
    attributes: member.textMapMember(object, 'attributes'),
  }
}

/** Beside the id, and only in the form that Signals computes itself. */
function furtherSymbolId(object: member.JsonObject): string | undefined {
  const idName = member.firstMember(object, idNames)
  const name = ['symbolId', 'symbol_id'].find((spelling) => spelling !== idName && object[spelling] != null)
  const symbolId = name === undefined ? undefined : member.textMember(object, name)
  return symbolId?.trim().startsWith('sym:') ? symbolId : undefined
}

function addEdge(builder: GraphBuilder, value: unknown): void {
  const object = member.objectOf(value)
  const edge: RawEdge = {
    from: member.idMember(object, fromNames),
    to: member.idMember(object, toNames),
    kind: member.choiceMember(object, { name: 'kind', choices: edgeKinds }),
    type: member.choiceMember(object, { name: 'type', choices: edgeTypes }),
    reason: member.textMember(object, 'reason'),
    confidence: member.numberMember(object, 'confidence'),
    isResolved: member.flagMember(object, 'isResolved'),
    candidates: member.textsMember(object, 'candidates'),
    evidence: member.textsMember(object, 'evidence'),
  }
  builder.addEdge(edge)
}

function addEntryPoint(builder: GraphBuilder, value: unknown): void {
  builder.addEntryPoint(typeof value === 'string' ? { nodeId: value } : entryPointOf(member.objectOf(value)))
}

function entryPointOf(object: member.JsonObject): RawEntryPoint {
  return {
    nodeId: member.idMember(object, idNames),
    kind: member.choiceMember(object, { name: 'kind', choices: entryPointKinds }),
    route: member.textMember(object, 'route'),
    phase: member.textMember(object, 'phase'),
    source: member.choiceMember(object, { name: 'source', choices: sources }),
  }
}

function notThisFormat(): CallgraphError {
  return new CallgraphError('CALLGRAPH_FORMAT_UNRECOGNISED', 'the content is not signals-json')
}
