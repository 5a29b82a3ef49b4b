import { readArchive } from '../cas/archive.ts'
import { splitLines } from '../lib/line-splitter.ts'
import type { CallgraphEdge, CallgraphNode } from './callgraph.ts'
import type { OpenGraph } from './graph-lines.ts'

const archiveLimits = { maxEntries: 8, maxBytes: 64 * 1024 ** 3 }
const maxLineBytes = 512 * 1024 * 1024

/** The nodes of these ids, as the graph's archive has them. */
export async function findNodes(open: OpenGraph, ids: ReadonlySet<string>): Promise<Map<string, CallgraphNode>> {
  const found = new Map<string, CallgraphNode>()
  if (ids.size === 0) return found
  for await (const line of linesOf(open, 'nodes.ndjson')) {
    // Attributes come before the id, and may have a member of that name.
    const id = textMember(line, line.lastIndexOf('"id":"'), 5)
    if (id === undefined || !ids.has(id)) continue
    const node = storedNode(line)
    found.set(node.id, node)
  }
  return found
}

/** Links by caller: the callees that are asked for. */
export type WantedLinks = ReadonlyMap<string, ReadonlySet<string>>

/** All edges of these links, of every kind and type, in the graph's order. */
export async function findEdges(open: OpenGraph, wanted: WantedLinks): Promise<CallgraphEdge[]> {
  const found: CallgraphEdge[] = []
  if (wanted.size === 0) return found
  for await (const line of linesOf(open, 'edges.ndjson')) {
    const from = textMember(line, line.indexOf('"from":"'), 7)
    const callees = from === undefined ? undefined : wanted.get(from)
    const to = callees && textMember(line, line.lastIndexOf('"to":"'), 5)
    if (to !== undefined && callees?.has(to)) found.push(storedEdge(line))
  }
  return found
}

/** Members by which nodes are asked for together. */
export type SharedMember = 'purl' | 'namespace'

export interface SharedPrefix {
  readonly member: SharedMember
  readonly prefix: string
}

export interface NodesOfPrefix {
  /** In the graph's order, at most as many as asked for. */
  readonly ids: readonly string[]
  readonly count: number
}

/** Ids of the nodes whose member is the prefix, or goes on behind it with a separator: a package is not the next one's beginning. */
export async function nodesWithPrefix(
  open: OpenGraph,
  { member, prefix }: SharedPrefix,
  limit: number,
): Promise<NodesOfPrefix> {
  const ids: string[] = []
  let count = 0
  for await (const line of linesOf(open, 'nodes.ndjson')) {
    // A cheap look first: a graph has millions of lines, and few that are meant.
    if (!line.includes(`"${member}":"`)) continue
    const node = storedNode(line)
    if (!isUnder(node[member], prefix)) continue
    count += 1
    if (ids.length < limit) ids.push(node.id)
  }
  return { ids, count }
}

function isUnder(text: string | undefined, prefix: string): boolean {
  if (text === undefined || !text.startsWith(prefix)) return false
  const next = text[prefix.length]
  return next === undefined || /[^\p{L}\p{N}_-]$/u.test(prefix) || /^[^\p{L}\p{N}_-]/u.test(next)
}

/** Written by our own ingest as exactly this; the CAS verifies that these are those bytes. */
function storedNode(line: string): CallgraphNode {
  return JSON.parse(line) as CallgraphNode
}

/** The same of an edge. */
function storedEdge(line: string): CallgraphEdge {
  return JSON.parse(line) as CallgraphEdge
}

/** Read to the end, even where all was found: only there it is sure that the bytes are those that were stored. */
async function* linesOf(open: OpenGraph, name: string): AsyncGenerator<string> {
  for await (const entry of readArchive(open(), archiveLimits)) {
    if (entry.name !== name) continue
    for await (const lines of splitLines(entry.content, { maxLineBytes })) {
      for (const { bytes } of lines) yield bytes.toString('utf8')
    }
  }
}

/** The text that begins at a quotation mark; stored lines are canonical, so what is before the mark is the member's name. */
function textMember(line: string, member: number, skipped: number): string | undefined {
  if (member < 0) return undefined
  const start = member + skipped
  let end = line.indexOf('"', start + 1)
  while (end > 0 && isEscaped(line, end)) end = line.indexOf('"', end + 1)
  const text: unknown = end < 0 ? undefined : JSON.parse(line.slice(start, end + 1))
  return typeof text === 'string' ? text : undefined
}

function isEscaped(line: string, position: number): boolean {
  let backslashes = 0
  while (line[position - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}
