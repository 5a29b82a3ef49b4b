import type { GoBlock, GoFunction, LocatedHit } from '../../evidence/tool-output.ts'
import { compareTuples } from '../../lib/ordinal.ts'
import type { GraphIndex } from '../graph-index.ts'
import { FileBlocks } from './go-blocks.ts'
import type { CallSites } from './go-call-sites.ts'
import { goNode, methodsOfPackage, packageOfFile } from './go-names.ts'
import { type BlocksByFile, locateCallers } from './locate-go-callers.ts'
import type { Located, PositionTable } from './position-table.ts'

/** Go's coverage: a listing tells names, a profile counts; with a profile alone the graph's call sites have to do. */
export function goPositions(sites: CallSites): PositionTable {
  return {
    tools: ['go-coverage'],
    locate: (index, output) => (output.tool === 'go-coverage' ? locateCoverage({ index, sites }, output) : undefined),
  }
}

interface GoGraph {
  readonly index: GraphIndex
  readonly sites: CallSites
}

interface Coverage {
  readonly functions: readonly GoFunction[]
  readonly blocks: readonly GoBlock[]
}

function locateCoverage({ index, sites }: GoGraph, { functions, blocks }: Coverage): Located {
  const byFile = new Map([...Map.groupBy(blocks, ({ file }) => file)].map(([file, its]) => [file, new FileBlocks(its)]))
  const listed = locateListed(index, functions, byFile)
  const settled = new Set(listed.map(({ symbolId }) => symbolId))
  const callers = locateCallers(sites, byFile, (id) => settled.has(id))
  const known = new Set([...functions.map(({ file }) => file), ...callers.files])
  const unnamed = [...byFile].filter(([file, { isExecuted }]) => isExecuted && !known.has(file))
  const hits = [...listed.filter((hit) => hit.hits > 0), ...callers.hits]
  // A file that ran, and in which the graph knows nothing, is all that can be told of it.
  return { hits: [...hits, ...unnamed.map(([symbolId]) => ({ symbolId, isNode: false, hits: 1 }))], platform: 0 }
}

/** Every listed function, those that did not run included: what a listing names needs no second look by call sites. */
function locateListed(index: GraphIndex, functions: readonly GoFunction[], blocks: BlocksByFile): LocatedHit[] {
  const inOrder = functions.toSorted(
    (left, right) => compareTuples([left.file], [right.file]) || left.line - right.line,
  )
  const initsSeen = new Map<string, number>()
  const methods = memoized((path: string) => methodsOfPackage(index, path))
  return inOrder.map((listed, position) => {
    const { file, line, name } = listed
    const path = packageOfFile(file)
    // The compiler numbers the `init` functions of a package in the order of its files and lines.
    if (name === 'init') initsSeen.set(path, (initsSeen.get(path) ?? 0) + 1)
    const id = goNode(index, listed, initsSeen.get(path) ?? 0) ?? methods(path).get(name) ?? undefined
    const next = inOrder[position + 1]
    const end = next?.file === file ? next.line : Number.POSITIVE_INFINITY
    const hits = entryCount(blocks.get(file), { line, end }) ?? listed.hits
    return { symbolId: id ?? `${file}:${line}:${name}`, isNode: id !== undefined, hits }
  })
}

function memoized<Value>(make: (key: string) => Value): (key: string) => Value {
  const made = new Map<string, Value>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const fresh = make(key)
    made.set(key, fresh)
    return fresh
  }
}

/** How often the first block of a function ran: how often it was entered. */
function entryCount(
  blocks: FileBlocks | undefined,
  { line, end }: { readonly line: number; readonly end: number },
): number | undefined {
  const entry = blocks?.firstFrom(line)
  return entry && entry.startLine < end ? entry.hits : undefined
}
