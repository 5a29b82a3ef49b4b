import type { BenchRow } from '../support/claim.ts'
import { cachedGraph } from './cached-graph.ts'
import { callgraph } from './callgraph.ts'
import { compressed } from './compressed.ts'
import { facts } from './facts.ts'
import { fold } from './fold.ts'
import { foldHistory } from './fold-history.ts'
import { jsCalls } from './js-calls.ts'
import { memory } from './memory.ts'
import { ndjson } from './ndjson.ts'
import { readsBesideWrites } from './reads-beside-writes.ts'
import { recompute } from './recompute.ts'
import { replicas } from './replicas.ts'
import { search } from './search.ts'
import { sharedCache } from './shared-cache.ts'
import { slowLoris } from './slow-loris.ts'
import { start } from './start.ts'
import { tokens } from './tokens.ts'

/** In the order of their numbers. */
export const allRows: readonly BenchRow[] = [
  ndjson,
  compressed,
  memory,
  facts,
  sharedCache,
  callgraph,
  jsCalls,
  recompute,
  search,
  fold,
  foldHistory,
  readsBesideWrites,
  start,
  replicas,
  tokens,
  cachedGraph,
  slowLoris,
]
