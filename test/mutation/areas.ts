import type { Fault } from './fault.ts'

/** The tests that a fault is shown to: those that answer in a second first, the others only when they let it pass. */
export interface Area {
  readonly name: string
  readonly folder: string
  readonly rounds: readonly (readonly string[])[]
}

const unit = (folder: string, ...names: string[]): string[] =>
  names.map((name) => `test/unit/${folder}/${name}.test.ts`)
const property = (...names: string[]): string[] => names.map((name) => `test/property/${name}.test.ts`)

const areas: readonly Area[] = [
  {
    name: 'scoring',
    folder: 'src/scoring/',
    rounds: [
      unit('scoring', 'cases', 'round', 'profile', 'scored-graph', 'path-budget'),
      property('scoring', 'monotone-scoring'),
      unit('facts', 'hostile-subjects', 'worked-example'),
    ],
  },
  {
    name: 'callgraphs',
    folder: 'src/callgraphs/',
    rounds: [
      unit(
        'callgraphs',
        'own-shape',
        'entry-points',
        'graph-index',
        'symbol-parts',
        'graph-builder',
        'canonical-lines',
        'known-values',
      ),
      property('callgraph-normalisation', 'plain-graphs'),
      unit('callgraphs', 'richgraph', 'union-ndjson', 'js-callgraph', 'hostile-graphs', 'real-graphs'),
    ],
  },
  {
    name: 'facts',
    folder: 'src/facts/',
    rounds: [
      unit('facts', 'compute-fact', 'fold', 'state-totals', 'unknown', 'merge-ledger'),
      unit('facts', 'chunked-list', 'context-facts', 'hostile-subjects', 'stray-hits'),
      property('spliced-chunks', 'touched-states', 'fact-digest', 'context-records'),
    ],
  },
]

export function areaOf({ name, file }: Fault): Area {
  const area = areas.find(({ folder }) => file.startsWith(folder))
  if (!area) throw new TypeError(`${name}: no tests are known for ${file}`)
  return area
}
