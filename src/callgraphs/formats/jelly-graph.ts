import { malformed } from '../callgraph-errors.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { RawNode } from '../raw-graph.ts'
import { rootStripper } from '../source-root.ts'
import { EnclosingRanges, type NamedRange } from './enclosing-ranges.ts'
import { extentOf, type JellyLocation, JellyLocations, nameOfPlace } from './jelly-locations.ts'
import { NumberedCalls } from './numbered-calls.ts'

interface JellyFunction extends NamedRange {
  readonly file: string
}

/** A Jelly graph as it is told, kept until files, functions and calls are all known. */
export class JellyGraph {
  readonly #files: string[] = []
  readonly #entries: string[] = []
  readonly functions = new JellyLocations()
  readonly calls = new JellyLocations()
  readonly #numbered = new NumberedCalls()

  addFile(name: string): void {
    this.#files.push(name)
  }

  addEntry(file: string): void {
    this.#entries.push(file)
  }

  addFunctionCall(caller: number, callee: number): void {
    this.#numbered.add({ from: String(caller), to: String(callee) })
  }

  addCall(call: number, callee: number): void {
    this.#numbered.add({ from: callNumber(call), to: String(callee) })
  }

  /** Gives each call its function, and tells the graph. */
  tell(builder: GraphBuilder, root: string | undefined): void {
    const strip = rootStripper([...this.#files, ...this.#entries], root)
    const files = this.#files.map(strip)
    const nodes = [...this.#functionNodes(files)]
    const located = [...this.#functionRanges(files)]
    const starts = topLevels(located, new Set(this.#entries.map(strip)))
    for (const node of nodes) builder.addNode(starts.has(node.id) ? { ...node, isEntryPointCandidate: true } : node)
    const places = this.#placeCalls(files, located)
    this.#numbered.tell(builder, places)
  }

  *#functionNodes(files: readonly string[]): Generator<RawNode> {
    for (const [number, location] of this.functions.entries()) {
      const file = fileOf(files, location, `/functions/${number}`)
      const id = nameOfPlace(file, location)
      this.#numbered.name(String(number), id)
      const isInFile = location.file !== undefined
      const name = id.slice(file.length + 1)
      yield { id, name, line: location.startLine, ...(isInFile && { namespace: file, file }) }
    }
  }

  *#functionRanges(files: readonly string[]): Generator<JellyFunction> {
    for (const [number, location] of this.functions.entries()) {
      const file = fileOf(files, location, `/functions/${number}`)
      const extent = location.file === undefined ? undefined : extentOf(location)
      if (extent) yield { ...extent, file, id: nameOfPlace(file, location) }
    }
  }

  /** A call belongs to the innermost function around it; the place of one without function is all that is known of its caller. */
  #placeCalls(files: readonly string[], located: readonly JellyFunction[]): Map<string, readonly string[]> {
    const byFile = Map.groupBy(located, ({ file }) => file)
    const ranges = new Map([...byFile].map(([file, functions]) => [file, new EnclosingRanges(functions)]))
    const places = new Map<string, readonly string[]>()
    for (const [number, location] of this.calls.entries()) {
      const file = fileOf(files, location, `/calls/${number}`)
      const extent = extentOf(location)
      const caller = extent && ranges.get(file)?.innermost(extent.start, extent.end)
      this.#numbered.name(callNumber(number), caller?.id ?? nameOfPlace(file, nowhere))
      places.set(callNumber(number), [nameOfPlace(file, location)])
    }
    return places
  }
}

const nowhere: JellyLocation = {
  file: undefined,
  startLine: undefined,
  startColumn: undefined,
  endLine: undefined,
  endColumn: undefined,
}

/** Calls may have numbers of their own, equal to those of functions. */
function callNumber(number: number): string {
  return `call ${number}`
}

function fileOf(files: readonly string[], { file }: JellyLocation, pointer: string): string {
  if (file === undefined) return '?'
  const name = files[file]
  if (name === undefined) throw malformed(`the location at ${pointer} is in a file that is not listed`, { pointer })
  return name
}

/** The function of an entry file that begins where the file does and encloses all others: its top level. */
function topLevels(functions: readonly JellyFunction[], entries: ReadonlySet<string>): Set<string> {
  const start = extentOf({ ...nowhere, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 })?.start
  const outermost = new Map<string, JellyFunction>()
  for (const candidate of functions) {
    const known = outermost.get(candidate.file)
    if (!known || candidate.end > known.end || (candidate.end === known.end && candidate.start < known.start)) {
      outermost.set(candidate.file, candidate)
    }
  }
  const tops = [...outermost.values()].filter((outer) => outer.start === start && entries.has(outer.file))
  return new Set(tops.map(({ id }) => id))
}
