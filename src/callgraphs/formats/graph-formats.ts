import { fasten } from './fasten.ts'
import type { GraphFormat } from './format.ts'
import { goCallgraph } from './go-callgraph.ts'
import { javaCallgraph } from './java-callgraph.ts'
import { jelly } from './jelly.ts'
import { jsCallgraph } from './js-callgraph.ts'
import { pycg } from './pycg.ts'
import { richgraphV1 } from './richgraph-v1.ts'
import { signalsJson } from './signals-json.ts'
import { unionNdjson } from './union-ndjson.ts'

/** Every format that is read, in the order in which content is held against them: the first that recognises it has it. */
export const graphFormats: readonly GraphFormat[] = [
  // Both have lists that our own shape has too, and say more.
  richgraphV1,
  jelly,
  signalsJson,
  jsCallgraph,
  goCallgraph,
  pycg,
  javaCallgraph,
  fasten,
  unionNdjson,
]
