import { invalidValue } from '../callgraph-errors.ts'
import type { RawEdge, RawEntryPoint, RawNode } from '../raw-graph.ts'
import { knownSymbolId, typeOfEdge } from './foreign-edge.ts'
import * as member from './json-members.ts'
import { ownEntryPoint } from './own-records.ts'

/** A line of `nodes.ndjson`. Source: contracts, small print 5, "Union lines". */
export function unionNode(object: member.JsonObject): RawNode {
  const symbolId = symbolMember(object, 'symbol_id')
  const display = member.textMember(object, 'display')
  return {
    id: symbolId,
    symbolId: knownSymbolId(symbolId),
    symbolKey: display,
    name: display,
    kind: member.textMember(object, 'kind'),
    language: member.textMember(object, 'lang'),
    purl: member.textMember(object, 'purl'),
    codeId: member.textMember(object, 'code_id'),
    attributes: member.textMapMember(object, 'attributes'),
  }
}

/** A line of `edges.ndjson`. */
export function unionEdge(object: member.JsonObject): RawEdge {
  return {
    from: symbolMember(object, 'from'),
    to: symbolMember(object, 'to'),
    ...typeOfEdge(member.textMember(object, 'edge_type')),
    confidence: member.numberMember(object, 'confidence'),
    reason: member.textMember(object, 'reason'),
  }
}

export interface UnionMeta {
  readonly entryPoints: readonly RawEntryPoint[]
  readonly closedWorld: boolean
}

/** What `meta.json` says of the graph itself. */
export function unionMeta(object: member.JsonObject): UnionMeta {
  const entryPoints = object['entry_points'] ?? []
  if (!Array.isArray(entryPoints)) throw member.wrongType('entry_points', 'a list')
  return {
    entryPoints: entryPoints.map(declaredEntryPoint),
    closedWorld: member.flagMember(object, 'closed_world') ?? false,
  }
}

/** A bundle says what is where in code, never where that code lay on somebody's disk. */
const absolutePath = /^\s*(?:[/\\]|[A-Za-z]:[/\\]|file:)/

function symbolMember(object: member.JsonObject, name: string): string {
  const id = member.idMember(object, [name])
  refusePath(id, `/${name}`)
  return id
}

function declaredEntryPoint(entry: unknown, position: number): RawEntryPoint {
  const declared = ownEntryPoint(entry)
  refusePath(declared.nodeId, `/entry_points/${position}`)
  return declared
}

function refusePath(id: string, pointer: string): void {
  if (absolutePath.test(id)) throw invalidValue('PATH_ABSOLUTE', 'a symbol is named by an absolute path', pointer)
}
