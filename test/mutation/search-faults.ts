import { type Fault, faultsIn } from './fault.ts'

export const searchFaults: readonly Fault[] = [
  ...faultsIn('src/scoring/search-graph.ts', [
    {
      name: 'blocked-edge-followed',
      find: 'parents[to] !== notReached || isBlocked(from, to) ||',
      replace: 'parents[to] !== notReached ||',
      why: 'what a reader blocked would still be a path',
    },
    {
      name: 'blocked-the-other-way-round',
      find: 'blocked.has(from * index.nodeCount + to)',
      replace: 'blocked.has(to * index.nodeCount + from)',
      why: 'a block would close a call that nobody named',
    },
    {
      name: 'first-callee-not-searched',
      find: 'for (let slot = at(index.offsets, from); slot < end; slot++) {',
      replace: 'for (let slot = at(index.offsets, from) + 1; slot < end; slot++) {',
      why: 'a call that is not followed makes its callee unreachable',
    },
    {
      name: 'entry-points-in-falling-order',
      find: 'for (const node of entryPoints) {',
      replace: 'for (const node of entryPoints.toReversed()) {',
      why: 'of the shortest paths the ordinally smallest is told, or digests differ',
    },
    {
      name: 'unreached-externals-count',
      find: 'if (this.isReached(node)) yield node',
      replace: 'yield node',
      why: 'callees that nobody can reach would put pressure on every verdict',
    },
    {
      name: 'unresolved-calls-trusted',
      find: ' || this.reachedUnresolvedLinks().next().done !== true',
      replace: '',
      why: 'a call whose target was guessed at may go anywhere',
    },
    {
      name: 'blocked-unresolved-call-counts',
      find: 'if (this.isReached(from) && !this.#found.isBlocked(from, to)) yield',
      replace: 'if (this.isReached(from)) yield',
      why: 'a call that is blocked is none',
    },
    {
      name: 'hits-do-not-spread-down-the-path',
      find: 'marks[node] === 1 || (parent >= 0 && spread[parent] === 1) ? 1 : 0',
      replace: 'marks[node] === 1 ? 1 : 0',
      why: 'a hit anywhere on the path is a hit on the path',
    },
    {
      name: 'hits-spread-over-blocked-edges',
      find: 'if (spread[to] === 1 || isBlocked(node, to)) continue',
      replace: 'if (spread[to] === 1) continue',
      why: 'in the monotone profile a blocked call would carry a hit on',
    },
  ]),
  ...faultsIn('src/scoring/scored-graph.ts', [
    {
      name: 'one-declared-entry-point-excuses-guessed-ones',
      find: 'graph.entryPoints.some(',
      replace: 'graph.entryPoints.every(',
      why: 'an unreachable would rest on a guess',
    },
    {
      name: 'shortened-path-not-told',
      find: '...(path.length > path.ids.length && { pathLength: path.length }),',
      replace: '',
      why: 'a path of which only the ends are shown would look like a direct call',
    },
    {
      name: 'first-step-of-a-short-path-taken-for-a-link',
      find: '(position === 0 && nodes.length < length)',
      replace: 'false',
      why: 'an edge would be told as blocked that the path does not have',
    },
  ]),
  ...faultsIn('src/scoring/hits-before.ts', [
    {
      name: 'hits-in-order-of-digits',
      find: 'hits.sort((one, other) => one - other)',
      replace: 'hits.sort()',
      why: 'node 10 would stand before node 9, and hits not in ordinal order',
    },
  ]),
]
