import fc from 'fast-check'
import { arbitraryGraph } from './arbitrary-graphs.ts'
import type { PlainGraph } from './plain-normalizer.ts'

/** What an observer says, with every member that a fact is made of. */
export interface SentEvent {
  readonly symbolId: string
  readonly hitCount: number
  readonly observedAt?: string
  readonly codeId?: string
  readonly purl?: string
  readonly containerId?: string
  readonly processName?: string
}

/** A graph and what was seen of its program. */
export interface SeenGraph {
  readonly graph: PlainGraph
  readonly closedWorld: boolean
  readonly events: readonly SentEvent[]
  readonly targets: readonly string[]
  /** Whether an observer says from when to when it watched. */
  readonly isWatched: boolean
}

const few = (word: string, count: number) => fc.nat(count).map((number) => `${word}-${number}`)
const time = fc.nat(59).map((second) => `2026-11-20T12:00:${String(second).padStart(2, '0')}.000Z`)

/** Of graphs of 50 to 300 nodes: names of nodes, of ends that are none, and names that nobody knows. */
export const seenGraph: fc.Arbitrary<SeenGraph> = arbitraryGraph.chain((graph) => {
  const ends = graph.edges.flatMap(({ from, to }) => [from, to])
  // Names with control characters are refused on the way in.
  const sayable = [...graph.nodes.map(({ id }) => id), ...ends].filter((id) => !/\p{Cc}/u.test(id))
  const name = fc.constantFrom(...sayable, 'nobody', 'no one')
  const event = fc.record(
    {
      symbolId: name,
      hitCount: fc.integer({ min: 1, max: 5 }),
      observedAt: time,
      codeId: few('code', 40),
      purl: few('pkg:npm/some', 5),
      containerId: few('container', 2),
      processName: few('process', 2),
    },
    { requiredKeys: ['symbolId', 'hitCount'] },
  )
  return fc.record({
    graph: fc.constant(graph),
    closedWorld: fc.boolean(),
    events: fc.array(event, { minLength: 1, maxLength: 40 }),
    targets: fc.array(name, { maxLength: 5 }),
    isWatched: fc.boolean(),
  })
})
