import { type Fault, faultsIn } from './fault.ts'

export const edgeFaults: readonly Fault[] = [
  ...faultsIn('src/callgraphs/sorted-edges.ts', [
    {
      name: 'last-confidence-wins',
      find: 'confidence = Math.max(confidence, columns.confidence(row))',
      replace: 'confidence = columns.confidence(row)',
      why: 'the order of edges would decide',
    },
    {
      name: 'last-resolution-wins',
      find: 'isResolved &&= columns.isResolved(row)',
      replace: 'isResolved = columns.isResolved(row)',
      why: 'an unresolved call could be hidden behind a resolved one, and earn an unreachable',
    },
    {
      name: 'edges-of-other-kinds-merged',
      find: 'columns.code(left) === columns.code(right)',
      replace: 'true',
      why: 'a runtime edge would vanish in a static one',
    },
    {
      name: 'last-edge-lost',
      find: 'starts[position + 1] ?? order.length',
      replace: 'starts[position + 1] ?? order.length - 1',
      why: 'no edge is dropped',
    },
    {
      name: 'edges-not-sorted-by-kind',
      find: 'if (columns.hasSeveralCodes) order = passOf(order, edgeCodeCount, (row) => columns.code(row))',
      replace: '',
      why: 'the order in which edges were told would be in the hash, and like ones not side by side',
    },
    {
      name: 'first-reason-stays',
      find: 'return right < left ? right : left',
      replace: 'return left',
      why: 'the order of edges would decide',
    },
  ]),
  ...faultsIn('src/callgraphs/edge-columns.ts', [
    {
      name: 'kinds-in-another-order',
      find: "['heuristic', 'runtime', 'static'] as const",
      replace: "['static', 'heuristic', 'runtime'] as const",
      why: 'edges are sorted by the names of their kinds',
    },
    {
      name: 'resolution-lost-when-columns-grow',
      find: 'grown(this.#isUnresolved, new Uint8Array(capacity))',
      replace: 'new Uint8Array(capacity)',
      why: 'the first 1,024 edges of a large graph would be resolved',
    },
    {
      name: 'confidence-lost-when-columns-grow',
      find: 'grown(this.#confidence, new Float64Array(capacity))',
      replace: 'new Float64Array(capacity)',
      why: 'the first 1,024 edges of a large graph would have confidence 0',
    },
    {
      name: 'place-lost-when-columns-grow',
      find: 'grown(this.#place, new Uint32Array(capacity))',
      replace: 'new Uint32Array(capacity)',
      why: 'the first 1,024 edges of a large graph would not say where they were seen',
    },
  ]),
  ...faultsIn('src/callgraphs/entry-points.ts', [
    {
      name: 'external-nodes-inferred',
      find: "infer(nodes.filter((node) => node.kind !== 'external'))",
      replace: 'infer(nodes)',
      why: 'a main that the graph does not hold would be known',
    },
    {
      name: 'guess-told-as-inference',
      find: "source: 'guessed' }))",
      replace: "source: 'inferred' }))",
      why: 'a guess would earn an unreachable',
    },
    {
      name: 'weaker-source-stays',
      find: 'sourceOrder.indexOf(left) <= sourceOrder.indexOf(right)',
      replace: 'sourceOrder.indexOf(left) >= sourceOrder.indexOf(right)',
      why: 'who declares an entry point wins over who guesses it',
    },
    {
      name: 'entry-points-of-two-phases-are-one',
      find: '[nodeId, kind, route, phase] as const',
      replace: '[nodeId, kind, route] as const',
      why: 'entry points are one when all four agree',
    },
    {
      name: 'static-initialisers-without-a-main',
      find: 'mains.length > 0 ? nodes',
      replace: 'mains.length >= 0 ? nodes',
      why: 'a library would have entry points that nothing starts',
    },
  ]),
]
