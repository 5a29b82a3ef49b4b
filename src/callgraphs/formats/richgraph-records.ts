import { type EntryPointKind, entryPointKinds } from '../callgraph.ts'
import { cleanId } from '../clean-text.ts'
import type { RawEdge, RawEntryPoint, RawNode } from '../raw-graph.ts'
import { knownSymbolId, typeOfEdge } from './foreign-edge.ts'
import * as member from './json-members.ts'

const idNames = ['id', 'symbol_id']
/** Written for a callee of which the analyser does not know where it comes from. */
const unknownOwner = 'pkg:unknown'

export function richNode(value: unknown): RawNode {
  const object = member.objectOf(value)
  const readable = member.textMember(object, 'display') ?? symbolName(object)
  return {
    id: member.idMember(object, idNames),
    symbolId: knownSymbolId(member.textMember(object, 'symbol_id')),
    symbolKey: readable,
    name: readable,
    kind: member.textMember(object, 'kind'),
    language: member.textMember(object, 'lang'),
    purl: member.textMember(object, 'purl'),
    codeId: member.textMember(object, 'code_id'),
    buildId: member.textMember(object, 'build_id'),
    symbolDigest: member.textMember(object, 'symbol_digest'),
    attributes: member.textMapMember(object, 'attributes'),
  }
}

function symbolName(node: member.JsonObject): string | undefined {
  const symbol = node['symbol'] ?? undefined
  if (symbol === undefined) return undefined
  const object = member.objectOf(symbol, '/symbol')
  return member.textMember(object, 'demangled') ?? member.textMember(object, 'mangled')
}

export interface RichEdge extends RawEdge {
  /** What the edge says of its callee; of one that the graph has no node for, nothing else is known. */
  readonly callee: RawNode
}

/** Several candidates, or an owner that is not known, mean that the call is not resolved. */
export function richEdge(value: unknown): RichEdge {
  const object = member.objectOf(value)
  const { type, evidence } = typeOfEdge(member.textMember(object, 'kind'))
  const to = member.idMember(object, ['to'])
  const purl = member.textMember(object, 'purl')?.trim()
  const candidates = member.textsMember(object, 'candidates')
  return {
    from: member.idMember(object, ['from']),
    to,
    type,
    confidence: member.numberMember(object, 'confidence'),
    isResolved: purl !== unknownOwner && (candidates ?? []).length === 0,
    candidates,
    evidence: [...evidence, ...(member.textsMember(object, 'evidence') ?? [])],
    callee: {
      id: cleanId(to, '/to'),
      kind: 'external',
      purl: purl === unknownOwner ? undefined : purl,
      symbolDigest: member.textMember(object, 'symbol_digest'),
    },
  }
}

/** A root is an entry point that the analyser declares; what it calls its source may be one of our kinds. */
export function richRoot(value: unknown): RawEntryPoint {
  if (typeof value === 'string') return { nodeId: value }
  const object = member.objectOf(value)
  const phase = member.textMember(object, 'phase')
  return {
    nodeId: member.idMember(object, idNames),
    kind: kindNamed(member.textMember(object, 'source')) ?? kindNamed(phase),
    phase,
  }
}

function kindNamed(word: string | undefined): EntryPointKind | undefined {
  return entryPointKinds.find((kind) => kind === word?.trim())
}
