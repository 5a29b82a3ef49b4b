import { type Fault, faultsIn } from './fault.ts'

export const listFaults: readonly Fault[] = [
  ...faultsIn('src/facts/place-targets.ts', [
    {
      name: 'observing-graph-places-no-name',
      find: 'if (namedWith < known.namedWith) known.namedWith = namedWith',
      replace: '',
      why: 'the ordinally smallest graph of all posts places a name',
    },
    {
      name: 'origin-forgotten',
      find: 'bits[node] = (bits[node] ?? 0) | origins',
      replace: 'bits[node] = origins',
      why: 'a target that was asked for and seen is both',
    },
    {
      name: 'node-of-another-name-placed',
      find: "found.kind === 'node' && index.idOf(found.node) === target",
      replace: "found.kind === 'node'",
      why: 'a symbol key in one graph may be the id of quite another node elsewhere',
    },
    {
      name: 'found-target-is-absent-too',
      find: 'if (!isNode) this.#noteName(name, named)',
      replace: 'this.#noteName(name, named)',
      why: 'a target that is a node would have a second state, of its name',
    },
  ]),
  ...faultsIn('src/facts/score-subject.ts', [
    {
      name: 'ambiguous-hits-are-known',
      find: "isAmbiguous ? 'ambiguous-symbol' : 'not-in-graph'",
      replace: "'not-in-graph'",
      why: 'a name that several nodes bear is an unknown of another kind',
    },
    {
      name: 'entry-points-of-a-body-without-limit',
      find: 'if (left < 0) break',
      replace: '',
      why: 'a body has to stay one that can be read again',
    },
    {
      name: 'reported-unknowns-not-counted',
      find: '...evidence.reportedUnknowns,',
      replace: '',
      why: 'what somebody reported would put no pressure on the score',
    },
  ]),
  ...faultsIn('src/facts/chunked-list.ts', [
    {
      name: 'a-thousand-entries-chunked',
      find: 'if (head.length <= maxInlineEntries) return head',
      replace: 'if (head.length < maxInlineEntries) return head',
      why: 'the boundary is in the digest',
    },
    {
      name: 'entry-goes-before-its-own-chunk',
      find: 'keyOf(entry) < nextKey)',
      replace: 'keyOf(entry) <= nextKey)',
      why: 'a symbol would stand twice, each with a part of its hits',
    },
    {
      name: 'changed-chunk-not-written',
      find: 'if (added === 0 && changed === 0) return',
      replace: 'if (added === 0) return',
      why: 'further hits of a known symbol would be lost',
    },
    {
      name: 'cut-one-entry-late',
      find: 'if (entryCountOf(list) <= limit) return list',
      replace: 'if (entryCountOf(list) <= limit + 1) return list',
      why: 'a limit is what may be there, not one more',
    },
  ]),
  ...faultsIn('src/facts/begins-chunk.ts', [
    {
      name: 'eight-zero-bits',
      find: ' && ((digest[30] ?? 0) & 1) === 0',
      replace: '',
      why: 'another store would chunk the same list otherwise',
    },
  ]),
  ...faultsIn('src/facts/merge-entries.ts', [
    {
      name: 'same-entry-twice',
      find: 'if (isSame) taken++',
      replace: 'if (isSame && merged === entry) taken++',
      why: 'a hit would be counted twice',
    },
  ]),
  ...faultsIn('src/facts/splice-chunk.ts', [
    {
      name: 'spliced-entry-stands-twice',
      find: 'copied = position + 1',
      replace: 'copied = position',
      why: 'a symbol would stand twice, once without its latest hits',
    },
    {
      name: 'entry-in-front-takes-the-chunk-over',
      find: 'mayBegin: copied === 0 }',
      replace: 'mayBegin: false }',
      why: 'the chunking would depend on what came first',
    },
  ]),
  ...faultsIn('src/facts/touched-states.ts', [
    {
      name: 'states-behind-a-first-hit-stay',
      find: 'const behind = scored.search.spreadAlongPaths(marks)',
      replace: 'const behind = marks.slice()',
      why: 'a state would not show a hit on its path, until something else changed',
    },
    {
      name: 'first-hits-of-strays-touch-nothing',
      find: '[...own, ...strayHits(subject, added)]',
      replace: 'own',
      why: 'a symbol that was seen running could stay unreachable in another graph',
    },
    {
      name: 'touched-states-beyond-the-budget',
      find: 'if (!fitsPathBudget(',
      replace: 'if (false && !fitsPathBudget(',
      why: 'a path would be told whole or short by what came first',
    },
  ]),
  ...faultsIn('src/facts/write-touched.ts', [
    {
      name: 'state-left-behind',
      find: 'if (entryCountOf(states.list) !== touched.stateCount) return undefined',
      replace: '',
      why: 'a name would have two states, in two graphs',
    },
  ]),
  ...faultsIn('src/facts/state-totals.ts', [
    {
      name: 'pressure-over-requested-states',
      find: 'const all = totals.stateCount + unknownsCount',
      replace: 'const all = totals.requestedCount + unknownsCount',
      why: 'pressure is over all states and unknowns',
    },
    {
      name: 'sum-of-rounded-scores',
      find: 'this.#scoreSum += weighed.score',
      replace: 'this.#scoreSum += state.score',
      why: 'sums are over unrounded doubles',
    },
    {
      name: 'mean-rounded-before-the-penalty',
      find: '(sum / count) * factor',
      replace: 'roundScore(sum / count) * factor',
      why: 'only results are rounded',
    },
    {
      name: 'last-of-equal-states-names-the-bucket',
      find: 'weighed.score > this.#best.weighed.score',
      replace: 'weighed.score >= this.#best.weighed.score',
      why: 'of ties the first counts',
    },
    {
      name: 'best-verdict-of-a-fact',
      find: 'verdictsWorstFirst.indexOf(one) <= verdictsWorstFirst.indexOf(other)',
      replace: 'verdictsWorstFirst.indexOf(one) >= verdictsWorstFirst.indexOf(other)',
      why: 'one safe target would make the fact safe',
    },
    {
      name: 'verdict-of-targets-nobody-asked-for',
      find: 'this.#requested.size === 0 || this.#requested.has(target)',
      replace: 'this.#worstOfTarget.size > 0',
      why: 'a fact that was asked for answers what was asked',
    },
    {
      name: 'requested-without-states-is-nothing-requested',
      find: 'totals.hasRequested ? roundScore',
      replace: 'totals.requestedCount > 0 ? roundScore',
      why: 'null says that nobody asked',
    },
  ]),
  ...faultsIn('src/facts/write-scored.ts', [
    {
      name: 'only-listed-unknowns-counted',
      find: 'tally.count++',
      replace: 'tally.count = Math.min(tally.count + 1, listed + 1)',
      why: 'pressure would stop where the list does',
    },
    {
      name: 'one-listed-unknown-too-few',
      find: 'if (tally.count <= listed) yield unknown',
      replace: 'if (tally.count < listed) yield unknown',
      why: 'a boundary is inside',
    },
    {
      name: 'every-target-requested',
      find: "origin.includes('requested')",
      replace: 'origin.length > 0',
      why: 'an observed symbol would decide the verdict of what was asked',
    },
  ]),
]
