import { distributed, type Mode, nameOf } from './mode.ts'

/** What a client, an operator and an attacker do, each a tour of the whole service. */
const everywhere = [
  'whole-service',
  'operating',
  'questions',
  'recompute',
  'unknowns',
  'runtime-tools',
  'union-bundles',
  'union-bundle-failures',
  'hostile-requests',
  'hostile-conventions',
  'hostile-limits',
]

/** What is long, and looks at one part at a time: those parts are all in one mode. */
const onceMore = [
  'hostile-bodies',
  'hostile-questions',
  'hostile-zips',
  'large-facts',
  'fact-versions',
  'replay',
  'metrics',
  'dpop',
  'real-questions',
  'erasure',
  'erasure-crash',
  'erasure-races',
  'tenants-at-rest',
  'tenants-apart',
  'tenants-beside-each-other',
]

/** The files of `test/http` that a mode runs; all others there are of the routes alone, without a store. */
export function testsOf(mode: Mode): readonly string[] {
  const names = nameOf(mode) === nameOf(distributed) ? [...everywhere, ...onceMore] : everywhere
  return names.map((name) => `test/http/${name}.test.ts`)
}
