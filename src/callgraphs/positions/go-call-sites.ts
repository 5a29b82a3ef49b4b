import { edgeOf } from '../formats/go-callgraph.ts'
import { readTextLines } from '../formats/read-text.ts'
import type { Site } from './go-blocks.ts'

/** By caller the places of its calls, in order. A digraph prints none, and calls by reflection stand at 0:0. */
export type CallSites = ReadonlyMap<string, readonly Site[]>

const enoughSites = 64

export async function readCallSites(chunks: AsyncIterable<Buffer>): Promise<CallSites> {
  const sites = new Map<string, Site[]>()
  await readTextLines(chunks, (text) => {
    const edge = edgeOf(text)
    const site = siteOf(edge?.evidence?.[0])
    if (!edge || !site) return true
    const known = sites.get(edge.from)
    if (!known) sites.set(edge.from, [site])
    else if (known.length < enoughSites) known.push(site)
    return true
  })
  for (const ofOne of sites.values()) ofOne.sort((left, right) => left.line - right.line || left.column - right.column)
  return sites
}

/** `static-12:9` */
function siteOf(evidence: string | undefined): Site | undefined {
  const [, line, column] = /-(\d{1,9}):(\d{1,9})$/.exec(evidence ?? '') ?? []
  return Number(line) > 0 ? { line: Number(line), column: Number(column) } : undefined
}
