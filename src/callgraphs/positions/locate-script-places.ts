import type { LocatedHit, ScriptPlace } from '../../evidence/tool-output.ts'
import type { JsFunction } from '../formats/js-calls.ts'
import { findDeployment } from './deployed-root.ts'
import { type PlacedGraph, topLevelOf } from './js-functions.ts'

/**
 * The functions of a CPU profile as nodes. V8 tells where a function's parameters begin; the analyser begins a method or
 * an arrow function there too, any other function at its keyword, which stands a few characters before.
 */
export function locateScriptPlaces(graph: PlacedGraph, places: readonly ScriptPlace[]): LocatedHit[] {
  const paths = new Set(places.map(({ file }) => file))
  const deployment = findDeployment(paths, (file) => graph.files.has(file))
  return places.map((place) => {
    const { file: path, name, line, column, hits, observedAt } = place
    const file = deployment.fileOf(path)
    const id = file === undefined ? undefined : nodeOf(graph, { ...place, file })
    const ownName = `${deployment.nameOf(path)}#${name || '(anonymous)'}:${line + 1}:${column}`
    return { symbolId: id ?? ownName, isNode: id !== undefined, hits, observedAt }
  })
}

function nodeOf({ index, files }: PlacedGraph, place: ScriptPlace): string | undefined {
  const { file, name, line, column } = place
  if (line === 0 && column === 0 && name === '') return topLevelOf(index, file)
  const onTheRow = files.get(file)?.byRow.get(line + 1) ?? []
  for (let at = countUpTo(onTheRow, column) - 1, looked = 0; at >= 0 && looked < maxLookedAt; at -= 1, looked += 1) {
    const target = onTheRow[at]
    if (target && beginsThere(target, place)) return target.id
  }
  return undefined
}

/** A minified file is one row of thousands of functions: the one that is meant begins just before. */
const maxLookedAt = 64

function countUpTo(functions: readonly JsFunction[], column: number): number {
  let low = 0
  let high = functions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((functions[middle]?.column ?? 0) <= column) low = middle + 1
    else high = middle
  }
  return low
}

const beforeName = 'function '.length
/** Blanks, a star, and the blanks around it. */
const maxSlack = 3
const asyncLength = 'async '.length

function beginsThere({ label, column }: JsFunction, { column: parameters, name }: ScriptPlace): boolean {
  const distance = parameters - column
  if (distance === 0) return true
  // A name of its own stands between keyword and parameters; an inferred one does not.
  return [name.length, label === 'anon' ? 0 : label.length].some((length) =>
    [0, asyncLength].some((more) => {
      const slack = distance - more - beforeName - length
      return slack >= -1 && slack <= maxSlack
    }),
  )
}
