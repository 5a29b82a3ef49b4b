import type { CallOfUnplaced, JsFunction, JsPlaces } from '../formats/js-calls.ts'
import type { GraphIndex } from '../graph-index.ts'
import { nodeNamed } from './node-named.ts'

/** The functions of one file of a JavaScript graph, by where they stand. */
export interface FileFunctions {
  readonly byEnd: ReadonlyMap<number, readonly JsFunction[]>
  /** By row, from 1; on each in the order of their columns. */
  readonly byRow: ReadonlyMap<number, readonly JsFunction[]>
  readonly callsOfUnplaced: readonly CallOfUnplaced[]
}

/** A graph and, by file, where its functions stand. */
export interface PlacedGraph {
  readonly index: GraphIndex
  readonly files: ReadonlyMap<string, FileFunctions>
}

export function functionsByFile({ files, functions, callsOfUnplaced }: JsPlaces): Map<string, FileFunctions> {
  const functionsOf = Map.groupBy(functions, ({ namespace }) => namespace ?? '')
  const callsOf = Map.groupBy(callsOfUnplaced, ({ file }) => file)
  return new Map([...files].map((file) => [file, fileFunctions(functionsOf.get(file) ?? [], callsOf.get(file) ?? [])]))
}

function fileFunctions(functions: readonly JsFunction[], callsOfUnplaced: readonly CallOfUnplaced[]): FileFunctions {
  const inColumns = functions.toSorted((left, right) => left.column - right.column)
  return {
    byEnd: Map.groupBy(functions, ({ end }) => end),
    byRow: Map.groupBy(inColumns, ({ line }) => line ?? 0),
    callsOfUnplaced,
  }
}

/** The node of a file's own code, if the graph has it. */
export function topLevelOf(index: GraphIndex, file: string): string | undefined {
  return nodeNamed(index, `${file}#global@1:0`)
}
