import { symbolIdOf } from '../identifiers/symbol-id.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import type { CallgraphNode } from './callgraph.ts'
import { cleanText } from './clean-text.ts'
import type { RawNode } from './raw-graph.ts'
import type { StripRoot } from './source-root.ts'

/** What was said of a node besides its id, cleaned; defaults are not written yet, so that they win over nothing. */
export type NodeMembers = Partial<Omit<CallgraphNode, 'id'>>

export const textMembers = [
  'symbolId',
  'symbolKey',
  'name',
  'kind',
  'namespace',
  'file',
  'visibility',
  'language',
  'purl',
  'codeId',
  'buildId',
  'symbolDigest',
] as const satisfies readonly (keyof NodeMembers & keyof RawNode)[]

export function cleanNode(raw: Omit<RawNode, 'id'>): NodeMembers {
  const members: { -readonly [Member in keyof NodeMembers]: NodeMembers[Member] } = {}
  for (const member of textMembers) {
    const text = cleanText(raw[member], `/${member}`)
    if (text !== undefined) members[member] = text
  }
  if (raw.line !== undefined) members.line = raw.line
  if (raw.isEntryPointCandidate) members.isEntryPointCandidate = true
  const attributes = cleanAttributes(raw.attributes)
  if (attributes) members.attributes = attributes
  return members
}

/** Per member the ordinally smallest canonical value wins. Source: contracts, small print 3. */
export function mergeMembers(several: readonly NodeMembers[], stripRoot: StripRoot): NodeMembers {
  const [only = {}] = several
  if (several.length === 1) return withStrippedFile(only, stripRoot)
  const [first = {}, ...others] = several.map((members) => withStrippedFile(members, stripRoot))
  return others.reduce(smallerMembers, first)
}

/** Writes the defaults; `symbolId` comes last, since it is computed from what the others have become. */
export function completeNode(id: string, members: NodeMembers, language: string): CallgraphNode {
  const { namespace = '', name = id, kind = 'function', symbolKey = id, language: itsLanguage = language } = members
  const symbolId = members.symbolId ?? symbolIdOf({ language: itsLanguage, namespace, name, kind })
  return { ...members, id, symbolId, symbolKey, name, kind, language: itsLanguage }
}

function cleanAttributes(attributes: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  if (attributes === undefined) return undefined
  const cleaned = Object.entries(attributes).map(
    ([name, text]) => [cleanText(name, '/attributes') ?? '', cleanText(text, '/attributes') ?? ''] as const,
  )
  if (cleaned.length === 0) return undefined
  // Of names that have become equal the smallest text stays: the last one written.
  return Object.fromEntries(cleaned.toSorted(([, left], [, right]) => compareOrdinal(right, left)))
}

function withStrippedFile(members: NodeMembers, stripRoot: StripRoot): NodeMembers {
  return members.file === undefined ? members : { ...members, file: stripRoot(members.file) }
}

function smallerMembers(left: NodeMembers, right: NodeMembers): NodeMembers {
  const merged: NodeMembers = { ...left, ...right }
  const chosen = Object.entries(merged).map(([member, value]) => {
    const other: unknown = Object.getOwnPropertyDescriptor(left, member)?.value
    return [member, other === undefined || canonicalJson(value) <= canonicalJson(other) ? value : other] as const
  })
  return Object.fromEntries(chosen)
}
