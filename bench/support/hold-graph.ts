import type { SharedGraphIndex } from '../../src/callgraphs/load-graph-index.ts'
import { loadIndex } from './load-index.ts'

const [nodes = 0, edges = 0] = process.argv.slice(2).map(Number)

/** The buffer that threads share, which no figure of the process counts apart, and what the process has less without its reader. */
let held: SharedGraphIndex | undefined = await loadIndex({ nodes, edges, seed: 1 })
const indexBytes = held.buffer.byteLength
const withReader = usedBytes()
held = undefined
const readerBytes = withReader - usedBytes()
process.stdout.write(`${JSON.stringify({ indexBytes, readerBytes, isHeld: held !== undefined })}\n`)

function usedBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
