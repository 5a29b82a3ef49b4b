import type { GraphFormat } from './format.ts'
import { goCallgraph } from './go-callgraph.ts'
import { javaCallgraph } from './java-callgraph.ts'
import { jsCallgraph } from './js-callgraph.ts'
import { pycg } from './pycg.ts'
import { signalsJson } from './signals-json.ts'

/** Every format that is read, in the order in which content is held against them: the first that recognises it has it. */
export const graphFormats: readonly GraphFormat[] = [signalsJson, jsCallgraph, goCallgraph, pycg, javaCallgraph]
