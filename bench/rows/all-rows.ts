import type { BenchRow } from '../support/claim.ts'
import { callgraph } from './callgraph.ts'
import { compressed } from './compressed.ts'
import { facts } from './facts.ts'
import { fold } from './fold.ts'
import { memory } from './memory.ts'
import { ndjson } from './ndjson.ts'
import { recompute } from './recompute.ts'
import { slowLoris } from './slow-loris.ts'
import { start } from './start.ts'
import { tokens } from './tokens.ts'

/** In the order of their numbers. */
export const allRows: readonly BenchRow[] = [
  ndjson,
  compressed,
  memory,
  facts,
  callgraph,
  recompute,
  fold,
  start,
  tokens,
  slowLoris,
]
