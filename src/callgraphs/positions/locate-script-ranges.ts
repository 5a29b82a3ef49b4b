import type { LocatedHit, ScriptRange } from '../../evidence/tool-output.ts'
import { EnclosingRanges } from '../formats/enclosing-ranges.ts'
import type { CallOfUnplaced, JsFunction } from '../formats/js-calls.ts'
import { type Deployment, findDeployment } from './deployed-root.ts'
import { type PlacedGraph, topLevelOf } from './js-functions.ts'

/**
 * V8's ranges as nodes. V8 and the analyser agree on where a function ends; names and starts differ (V8 begins a method
 * at its name, the analyser at its parameters), so where several end together the nearest starts belong to each other.
 * A function whose place the analyser does not print is found by the calls in it.
 */
export function locateScriptRanges(graph: PlacedGraph, ranges: readonly ScriptRange[]): LocatedHit[] {
  const byPath = Map.groupBy(ranges, ({ file }) => file)
  const deployment = findDeployment(byPath.keys(), (file) => graph.files.has(file))
  return [...byPath.values()].flatMap((itsRanges) => locateInScript(graph, deployment, itsRanges))
}

function locateInScript(graph: PlacedGraph, deployment: Deployment, ranges: readonly ScriptRange[]): LocatedHit[] {
  const path = ranges[0]?.file ?? ''
  const file = deployment.fileOf(path)
  const nodes = file === undefined ? new Map<ScriptRange, string>() : nodesOf(graph, file, ranges)
  return ranges
    .filter(({ hits }) => hits > 0)
    .map((range) => {
      const { hits, observedAt, name, start, end } = range
      const id = nodes.get(range)
      const ownName = `${deployment.nameOf(path)}#${name || '(anonymous)'}[${start},${end}]`
      return { symbolId: id ?? ownName, isNode: id !== undefined, hits, observedAt }
    })
}

function nodesOf(
  { index, files }: PlacedGraph,
  file: string,
  ranges: readonly ScriptRange[],
): Map<ScriptRange, string> {
  const { byEnd, callsOfUnplaced = [] } = files.get(file) ?? {}
  const inside = ranges.filter(({ isTopLevel }) => !isTopLevel)
  const nodes = new Map<ScriptRange, string>()
  for (const [end, endingThere] of Map.groupBy(inside, (range) => range.end)) {
    for (const [range, { id }] of nearestPairs(endingThere, byEnd?.get(end) ?? [])) nodes.set(range, id)
  }
  for (const [range, id] of callers(inside, callsOfUnplaced)) if (!nodes.has(range)) nodes.set(range, id)
  const topLevel = topLevelOf(index, file)
  if (topLevel !== undefined) for (const range of ranges) if (range.isTopLevel) nodes.set(range, topLevel)
  return nodes
}

/** More functions than this never end together but in a body that was made to cost time. */
const maxPairs = 4096

/** Each range with the function whose start is nearest, nearest pairs first, each function once. */
function* nearestPairs(
  ranges: readonly ScriptRange[],
  functions: readonly JsFunction[],
): Generator<[ScriptRange, JsFunction]> {
  if (ranges.length * functions.length > maxPairs) return
  const pairs = ranges
    .flatMap((range) => functions.map((target) => ({ range, target, distance: Math.abs(target.start - range.start) })))
    .sort((left, right) => left.distance - right.distance || left.target.start - right.target.start)
  const taken = new Set<ScriptRange | JsFunction>()
  for (const { range, target } of pairs) {
    if (taken.has(range) || taken.has(target)) continue
    taken.add(range).add(target)
    yield [range, target]
  }
}

/** V8 lists every function of a script, so the innermost range around a call is the function that calls. */
function* callers(ranges: readonly ScriptRange[], calls: readonly CallOfUnplaced[]): Generator<[ScriptRange, string]> {
  if (calls.length === 0) return
  const around = new EnclosingRanges(ranges.map((range) => ({ ...range, id: range.name, range })))
  for (const { start, end, id } of calls) {
    const innermost = around.innermost(start, end)
    if (innermost) yield [innermost.range, id]
  }
}
