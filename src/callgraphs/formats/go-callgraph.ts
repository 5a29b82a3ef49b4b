import { goEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { goNameParts } from '../symbol-parts.ts'
import type { GraphFormat } from './format.ts'
import { type GoLiteral, readGoLiteral } from './go-literal.ts'
import { readTextLines } from './read-text.ts'

const plainLine = /^([^\t]+)\t--(static|dynamic)-(\d+:\d+)-->\t([^\t]+)$/

/** `golang.org/x/tools/cmd/callgraph`: a line for every call site, plain or as a digraph. */
export const goCallgraph: GraphFormat = {
  name: 'go-callgraph',
  recognises: ({ shape, firstLine }) => shape === 'text' && edgeOf(firstLine) !== undefined,
  read,
  infer: goEntryPoints,
  partsOf: goNameParts,
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder): Promise<void> {
  await readTextLines(chunks, (line) => {
    const edge = edgeOf(line)
    if (edge) builder.addEdge(edge)
    return edge !== undefined
  })
}

export interface GoEdge {
  readonly from: string
  readonly to: string
  readonly evidence?: readonly string[]
}

/** The call that a line tells of, plain or as a digraph. */
export function edgeOf(line: string): GoEdge | undefined {
  return line.startsWith('"') ? digraphEdge(line) : plainEdge(line)
}

function plainEdge(line: string): GoEdge | undefined {
  const [, from, way, place, to] = plainLine.exec(line.trimEnd()) ?? []
  if (from === undefined || to === undefined) return undefined
  return { from, to, evidence: [`${way}-${place}`] }
}

/** Two Go string literals with blanks between them. */
function digraphEdge(line: string): GoEdge | undefined {
  const caller = readGoLiteral(line, 0)
  const callee = caller && readGoLiteral(line, skipBlanks(line, caller))
  if (!callee || line.slice(callee.end).trim() !== '') return undefined
  return { from: caller.text, to: callee.text }
}

function skipBlanks(line: string, { end }: GoLiteral): number {
  let at = end
  while (line[at] === ' ' || line[at] === '\t') at += 1
  return at
}
