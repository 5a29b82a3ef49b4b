import { type Fault, faultsIn } from './fault.ts'

export const scoringFaults: readonly Fault[] = [
  ...faultsIn('src/scoring/target-evidence.ts', [
    {
      name: 'unreachable-in-an-open-world',
      find: 'graph.isClosedWorld &&',
      replace: 'true &&',
      why: 'an analyser that saw half of the calls would prove that nobody makes the other half',
    },
    {
      name: 'unreachable-from-guessed-entry-points',
      find: '!graph.hasGuessedEntryPoints &&',
      replace: 'true &&',
      why: 'a guess would earn an unreachable',
    },
    {
      name: 'unreachable-without-entry-points',
      find: 'graph.hasEntryPoints &&',
      replace: 'true &&',
      why: 'where nothing begins nothing can be reached, and all would be called safe',
    },
    {
      name: 'unreachable-past-unknown-code',
      find: '!graph.reachesUnknownCode',
      replace: 'true',
      why: 'code that the graph does not hold may call anything',
    },
    {
      name: 'unreachable-though-not-in-the-graph',
      find: "presence === 'node' &&",
      replace: "presence !== 'ambiguous' &&",
      why: 'a misspelt symbol would be called safe',
    },
  ]),
  ...faultsIn('src/scoring/judge.ts', [
    {
      name: 'observed-by-a-hit-on-the-way',
      find: 'if (evidence.hasHitOnTarget) return',
      replace: 'if (evidence.hasHitOnPath) return',
      why: 'a caller that ran would prove that the target did',
    },
    {
      name: 'entry-point-not-reachable',
      find: "if (evidence.pathLength > 0) return 'reachable'",
      replace: "if (evidence.pathLength > 1) return 'reachable'",
      why: 'a path of one node is a path',
    },
    {
      name: 'reasons-stop-at-a-path',
      find: '({ graph }) => !graph.isClosedWorld',
      replace: '({ graph, pathLength }) => pathLength === 0 && !graph.isClosedWorld',
      why: 'all reasons that hold are told, not only those that decided',
    },
  ]),
  ...faultsIn('src/scoring/lattice.ts', [
    {
      name: 'contradiction-hidden',
      find: "SU: { RO: 'X',",
      replace: "SU: { RO: 'CR',",
      why: 'proved unreachable and seen running is contested, and reported',
    },
    {
      name: 'silence-without-a-window',
      find: "graph.isWatched ? 'RU' : 'none'",
      replace: "'RU'",
      why: 'nobody watched, so that nothing was seen says nothing',
    },
  ]),
  ...faultsIn('src/scoring/weigh.ts', [
    {
      name: 'direct-is-three-nodes',
      find: 'pathLength <= 2',
      replace: 'pathLength <= 3',
      why: 'a boundary off by one moves weights from 0.5 to 0.85',
    },
    {
      name: 'runtime-before-entry-point',
      find: "readonly Bucket[] = ['unreachable', 'entrypoint', 'runtime', 'direct', 'unknown']",
      replace: "readonly Bucket[] = ['unreachable', 'runtime', 'entrypoint', 'direct', 'unknown']",
      why: 'an entry point that ran would weigh 0.45 instead of 1',
    },
    {
      name: 'confidence-not-clamped',
      find: 'Math.min(Math.max(base + runtimeBonus, parts.minimum), parts.maximum)',
      replace: 'base + runtimeBonus',
      why: 'configured numbers could make one surer than certain',
    },
    {
      name: 'no-bonus-for-an-observed-target-without-path',
      find: 'isHit: hasHitOnPath || hasHitOnTarget',
      replace: 'isHit: hasHitOnPath',
      why: 'the bonus is for hits on the path or the target',
    },
    {
      name: 'lightest-row-counts',
      find: 'options.weights[next] > options.weights[best]',
      replace: 'options.weights[next] < options.weights[best]',
      why: 'in the monotone profile further evidence would lower a score',
    },
    {
      name: 'hit-on-target-without-path-forgotten',
      find: 'hasHitOnTarget || hasHitOnAnyPath,',
      replace: 'hasHitOnAnyPath,',
      why: 'an observed target without a path would weigh nothing',
    },
  ]),
  ...faultsIn('src/scoring/round.ts', [
    {
      name: 'half-up-instead-of-half-to-even',
      find: '(rest === 0.5 && below % 2 !== 0)',
      replace: 'rest === 0.5',
      why: 'two replicas that round otherwise have two digests of one fact',
    },
  ]),
  ...faultsIn('src/scoring/profile.ts', [
    {
      name: 'digest-of-the-weights-alone',
      find: 'canonicalJson(options)',
      replace: 'canonicalJson({ weights })',
      why: 'facts scored by other numbers would claim the same options',
    },
    {
      name: 'one-runtime-weight-for-both-profiles',
      find: '?? runtimeWeights[name]',
      replace: '?? defaultScoringOptions.weights.runtime',
      why: 'in the monotone profile a hit must never take anything away',
    },
  ]),
  ...faultsIn('src/scoring/path-budget.ts', [
    {
      name: 'paths-without-bounds',
      find: 'length <= this.#nodes ? length : Math.min(length, shortPathNodes)',
      replace: 'length',
      why: 'a long chain with many targets would be told thousands of times',
    },
    {
      name: 'path-cut-in-silence',
      find: 'if (left < 0) return undefined',
      replace: 'if (left < 0) break',
      why: 'a path would end before its target, and nothing would say so',
    },
  ]),
]
