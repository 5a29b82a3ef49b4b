import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ProfileName, scoringProfile } from '../../src/scoring/profile.ts'
import { ScoredGraph } from '../../src/scoring/scored-graph.ts'
import { graphEvidenceOf, placedIn, type TinyEvidence } from '../support/scored-case.ts'

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'main']
const id = fc.constantFrom(...ids)
const edge = fc.tuple(id, fc.constantFrom('>', '>', '?>'), id).map((parts) => parts.join(''))

const evidence: fc.Arbitrary<TinyEvidence> = fc
  .record({
    edges: fc.uniqueArray(edge, { maxLength: 14 }),
    entryPoints: fc.subarray(ids, { maxLength: 3 }),
    external: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(ids, { maxLength: 2 })),
    source: fc.constantFrom('declared' as const, 'inferred' as const, 'guessed' as const),
    openWorld: fc.boolean(),
  })
  .chain((graph) =>
    fc.record({
      graph: fc.constant({ ...graph, nodes: ids }),
      hits: fc.subarray([...ids, 'nowhere'], { maxLength: 3 }),
      watched: fc.boolean(),
      blocked: fc.subarray([...new Set(graph.edges.map((text) => text.replace('?', '')))]),
    }),
  )

/** What may be learnt of a subject: a call, a way in, an observation. */
type Addition = { edge: string } | { entryPoint: string } | { hit: string }

const addition: fc.Arbitrary<Addition> = fc.oneof(
  fc.record({ edge }),
  fc.record({ entryPoint: id }),
  fc.record({ hit: fc.constantFrom(...ids, 'nowhere') }),
)

function withMore(given: TinyEvidence, more: Addition): TinyEvidence {
  const { graph, hits = [] } = given
  if ('hit' in more) return { ...given, hits: [...new Set([...hits, more.hit])] }
  if ('edge' in more) return { ...given, graph: { ...graph, edges: [...(graph.edges ?? []), more.edge] } }
  return { ...given, graph: { ...graph, entryPoints: [...new Set([...(graph.entryPoints ?? []), more.entryPoint])] } }
}

function scoresOf(profile: ProfileName, given: TinyEvidence): Map<string, number> {
  const made = graphEvidenceOf(given)
  const scored = new ScoredGraph(scoringProfile(profile), made)
  return new Map([...ids, 'nowhere'].map((name) => [name, scored.score(placedIn(made, name)).weighed.score]))
}

function lowersNothing(profile: ProfileName) {
  return fc.property(evidence, fc.array(addition, { minLength: 1, maxLength: 3 }), (given, additions) => {
    let before = scoresOf(profile, given)
    let known = given
    for (const more of additions) {
      known = withMore(known, more)
      const after = scoresOf(profile, known)
      for (const [name, score] of before) if ((after.get(name) ?? 0) < score) return false
      before = after
    }
    return true
  })
}

describe('an edge, an entry point or a hit more', () => {
  test('lowers no score of monotone-v1', () => {
    fc.assert(lowersNothing('monotone-v1'), { numRuns: 3_000 })
  })

  test('lowers some score of signals-v1, as its table has it: the same test finds a counterexample', () => {
    const { failed, counterexample } = fc.check(lowersNothing('signals-v1'), { numRuns: 3_000 })
    expect(failed).toBe(true)
    expect(counterexample).toHaveLength(2)
  })
})

describe('the runtime hits that a state of monotone-v1 lists', () => {
  test('are those on the target, and those that can be reached and reach it', () => {
    fc.assert(
      fc.property(evidence, (given) => {
        const made = graphEvidenceOf(given)
        const scored = new ScoredGraph(scoringProfile('monotone-v1'), made)
        const open = openLinks(given)
        const reached = closure(given.graph.entryPoints ?? [], open)
        for (const name of ids) {
          const listed = scored.score(placedIn(made, name)).state
          const hits = (given.hits ?? []).filter(
            (hit) => hit === name || (reached.has(hit) && closure([hit], open).has(name)),
          )
          expect(listed.evidence.runtimeHits).toEqual(hits.sort())
          const isEntry = (given.graph.entryPoints ?? []).includes(name)
          expect(listed.bucket === 'runtime').toBe(hits.length > 0 && !isEntry)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

type Pair = readonly [string, string]

function openLinks({ graph, blocked = [] }: TinyEvidence): Pair[] {
  const links = (graph.edges ?? []).map((text) => text.replace('?', '')).filter((text) => !blocked.includes(text))
  return links.map((text) => text.split('>') as [string, string])
}

/** The slow and obvious way: more is added until nothing more can be. */
function closure(starts: readonly string[], links: readonly Pair[]): Set<string> {
  const reached = new Set(starts)
  for (let size = -1; size !== reached.size; ) {
    size = reached.size
    for (const [from, to] of links) if (reached.has(from)) reached.add(to)
  }
  return reached
}

describe('no route to a false unreachable', () => {
  const without = fc.oneof(
    fc.record({ node: id }),
    fc.record({ resolution: fc.nat(13) }),
    fc.constant({ entryPoints: true as const }),
    fc.constant({ closedWorld: true as const }),
  )

  type Loss = { node: string } | { entryPoints: true } | { resolution: number } | { closedWorld: true }

  /** A node that the analyser did not find is still called by those that call it: its id stands there, and it is external. */
  function withLess(given: TinyEvidence, loss: Loss): TinyEvidence {
    const { graph } = given
    const edges = graph.edges ?? []
    if ('closedWorld' in loss) return { ...given, graph: { ...graph, openWorld: true } }
    if ('resolution' in loss) {
      const lost = (text: string, place: number) => (place === loss.resolution ? text.replace(/\??>/, '?>') : text)
      return { ...given, graph: { ...graph, edges: edges.map(lost) } }
    }
    if ('entryPoints' in loss) return { ...given, graph: { ...graph, entryPoints: [] } }
    const ends = edges.filter((text) => !text.startsWith(loss.node))
    const isCalled = ends.some((text) => text.endsWith(`>${loss.node}`)) || graph.entryPoints?.includes(loss.node)
    return {
      ...given,
      blocked: (given.blocked ?? []).filter((text) => !text.startsWith(loss.node)),
      graph: {
        ...graph,
        edges: ends,
        nodes: ids.filter((name) => name !== loss.node),
        external: isCalled
          ? [...(graph.external ?? []), loss.node]
          : (graph.external ?? []).filter((name) => name !== loss.node),
      },
    }
  }

  function verdictsOf(given: TinyEvidence): Map<string, string> {
    const made = graphEvidenceOf(given)
    const scored = new ScoredGraph(scoringProfile('signals-v1'), made)
    return new Map(ids.map((name) => [name, scored.score(placedIn(made, name)).state.verdict]))
  }

  test('the loss of a node, of the entry points, of a resolution or of the closed world makes no verdict unreachable', () => {
    fc.assert(
      fc.property(evidence, without, (given, loss) => {
        const before = verdictsOf(given)
        const made = [...verdictsOf(withLess(given, loss))].filter(
          ([name, verdict]) => verdict === 'unreachable' && before.get(name) !== 'unreachable',
        )
        expect(made).toEqual([])
      }),
      { numRuns: 3_000 },
    )
  })

  test('which is no idle talk: paths vanish by such losses, and their targets become unknown', () => {
    const vanished = fc.sample(fc.tuple(evidence, without), { numRuns: 500, seed: 1 }).flatMap(([given, loss]) => {
      const after = verdictsOf(withLess(given, loss))
      return [...verdictsOf(given)].filter(
        ([name, verdict]) => verdict === 'reachable' && after.get(name) === 'unknown',
      )
    })
    expect(vanished.length).toBeGreaterThan(100)
  })
})
