import { compareOrdinal } from '../../src/lib/ordinal.ts'
import type { State } from '../../src/scoring/state.ts'
import type { TinyEvidence } from './scored-case.ts'
import { tinyEdges, tinyNodes } from './tiny-graph.ts'

/** The rules of contracts, 6, written again the slow way: whole paths are compared, nothing is shared with the service. */
export function referenceState(given: TinyEvidence, name: string): Omit<State, 'callgraphId'> {
  const { graph, hits = [], watched = false, blocked = [] } = given
  const resolve = (text: string): string[] =>
    tinyNodes(graph).includes(text) ? [text] : [...(graph.symbolKeys?.[text] ?? [])]
  const named = resolve(name)
  const target = named.length === 1 ? named[0]! : name
  const hitNames = new Set(hits.map((hit) => (resolve(hit).length === 1 ? resolve(hit)[0]! : hit)))
  const paths = bestPaths(given, blocked)
  const path = (named.length === 1 && paths.get(target)) || []
  const entries = graph.entryPoints ?? []
  const isGuessed = entries.length > 0 && graph.source === 'guessed'
  const meetsUnknown =
    (graph.external ?? []).some((id) => paths.has(id)) ||
    tinyEdges(graph).some(
      ({ from, to, isUnresolved }) => isUnresolved && paths.has(from) && !blocked.includes(`${from}>${to}`),
    )
  const isEarned =
    path.length === 0 &&
    named.length === 1 &&
    graph.openWorld !== true &&
    entries.length > 0 &&
    !isGuessed &&
    !meetsUnknown
  const isHit = hitNames.has(target)
  const pathHits = path.filter((id) => hitNames.has(id))
  const reachable = path.length > 0
  const bucket = !reachable
    ? 'unreachable'
    : entries.includes(target)
      ? 'entrypoint'
      : pathHits.length > 0
        ? 'runtime'
        : path.length <= 2
          ? 'direct'
          : 'unknown'
  const weight = { unreachable: 0, entrypoint: 1, runtime: 0.45, direct: 0.85, unknown: 0.5 }[bucket]
  const confidence = Math.round(((reachable ? 0.75 : 0.25) + (pathHits.length > 0 || isHit ? 0.15 : 0)) * 100) / 100
  const without = (named.length === 1 && bestPaths(given, []).get(target)) || []
  const reasons = [
    isHit && 'runtime-hit',
    reachable && 'static-path',
    !reachable && 'no-path',
    named.length === 0 && 'not-in-graph',
    entries.length === 0 && 'no-entry-points',
    isGuessed && 'entry-points-guessed',
    graph.openWorld === true && 'open-world',
    meetsUnknown && 'unresolved-calls',
    named.length > 1 && 'ambiguous-symbol',
  ].filter((reason) => reason !== false)
  return {
    target,
    reachable,
    verdict: isHit ? 'observed' : reachable ? 'reachable' : isEarned ? 'unreachable' : 'unknown',
    reasons: reasons as State['reasons'],
    bucket,
    weight,
    confidence,
    score: Math.round(confidence * weight * 1e6) / 1e6,
    latticeState: lattice(reachable ? 'SR' : isEarned ? 'SU' : '', isHit ? 'RO' : watched ? 'RU' : ''),
    path,
    evidence: {
      runtimeHits: reachable ? pathHits : isHit ? [target] : [],
      blockedEdges: without
        .slice(1)
        .map((to, position) => ({ from: without[position]!, to }))
        .filter(({ from, to }) => blocked.includes(`${from}>${to}`)),
    },
  }
}

function lattice(fromGraph: string, fromRuntime: string): State['latticeState'] {
  const joined: Record<string, State['latticeState']> = {
    'SR+RO': 'CR',
    'SU+RU': 'CU',
    'SU+RO': 'X',
    'SR+RU': 'SR',
    'SR+': 'SR',
    'SU+': 'SU',
    '+RO': 'RO',
    '+RU': 'RU',
    '+': 'U',
  }
  return joined[`${fromGraph}+${fromRuntime}`]!
}

/** For each node the least of all its paths: shorter first, then ordinally smaller. Relaxed until nothing gets better. */
function bestPaths({ graph }: TinyEvidence, blocked: readonly string[]): Map<string, string[]> {
  const best = new Map((graph.entryPoints ?? []).map((id) => [id, [id]]))
  for (let isBetter = true; isBetter; ) {
    isBetter = false
    for (const { from, to } of tinyEdges(graph)) {
      const begin = best.get(from)
      if (!begin || blocked.includes(`${from}>${to}`)) continue
      const path = [...begin, to]
      const known = best.get(to)
      if (known && !isLess(path, known)) continue
      best.set(to, path)
      isBetter = true
    }
  }
  return best
}

function isLess(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return one.length < other.length
  const differing = one.findIndex((id, position) => id !== other[position])
  return differing >= 0 && compareOrdinal(one[differing]!, other[differing]!) < 0
}
