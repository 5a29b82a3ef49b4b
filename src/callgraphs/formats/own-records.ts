import { entryPointKinds } from '../callgraph.ts'
import { edgeKinds, edgeTypes } from '../edge-columns.ts'
import type { RawEdge, RawEntryPoint, RawNode } from '../raw-graph.ts'
import * as member from './json-members.ts'

const idNames = ['id', 'nodeId', 'symbolId', 'symbol_id']
export const fromNames = ['from', 'source', 'sourceId', 'caller']
export const toNames = ['to', 'target', 'targetId', 'callee']
const sources = ['declared', 'inferred', 'guessed'] as const

/** A node of our own shape; a string is a node's id. */
export function ownNode(value: unknown): RawNode {
  return typeof value === 'string' ? { id: value } : nodeOf(member.objectOf(value))
}

export function ownEdge(value: unknown): RawEdge {
  const object = member.objectOf(value)
  return {
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
}

/** An entry point of our own shape; a string is its node's id. */
export function ownEntryPoint(value: unknown): RawEntryPoint {
  return typeof value === 'string' ? { nodeId: value } : entryPointOf(member.objectOf(value))
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

function entryPointOf(object: member.JsonObject): RawEntryPoint {
  return {
    nodeId: member.idMember(object, idNames),
    kind: member.choiceMember(object, { name: 'kind', choices: entryPointKinds }),
    route: member.textMember(object, 'route'),
    phase: member.textMember(object, 'phase'),
    source: member.choiceMember(object, { name: 'source', choices: sources }),
  }
}
