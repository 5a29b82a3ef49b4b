import { readCallgraph } from '../../src/callgraphs/analyze-callgraph.ts'
import { buildGraphIndex } from '../../src/callgraphs/build-graph-index.ts'
import type { SharedGraphIndex } from '../../src/callgraphs/load-graph-index.ts'
import { openGraphIndex } from '../../src/callgraphs/open-graph-index.ts'
import { graphBytes } from './made-graph.ts'

const [nodes = 0, edges = 0] = process.argv.slice(2).map(Number)

/** The buffer that threads share, which no figure of the process counts apart, and what the process has less without its reader. */
let held: SharedGraphIndex | undefined = await load()
const indexBytes = held.buffer.byteLength
const withReader = usedBytes()
held = undefined
const readerBytes = withReader - usedBytes()
process.stdout.write(`${JSON.stringify({ indexBytes, readerBytes, isHeld: held !== undefined })}\n`)

async function load(): Promise<SharedGraphIndex> {
  const { graph } = await readCallgraph({
    format: 'signals-json',
    language: 'java',
    declaredEntryPoints: [],
    closedWorld: false,
    chunks: (async function* () {
      yield* graphBytes({ nodes, edges, seed: 1 })
    })(),
  })
  const bytes = buildGraphIndex(graph)
  const buffer = new SharedArrayBuffer(bytes.byteLength)
  new Uint8Array(buffer).set(bytes)
  return { buffer, index: openGraphIndex(buffer) }
}

function usedBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
