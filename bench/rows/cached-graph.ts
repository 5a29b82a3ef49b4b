import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BenchRow, type Claim, resultOf } from '../support/claim.ts'

const claim: Claim = {
  row: 14,
  claim: 'memory held per cached graph of 1,000,000 edges and 130,000 nodes, names included',
  against: '4 bytes × (nodes + edges) × 2, in MB',
  bar: 3,
  aim: 1.5,
  better: 'lower',
}

const run = promisify(execFile)
const shape = { nodes: 130_000, edges: 1_000_000 }

/** Counted, not timed: one round says it. In a process of its own, whose collector can be called. */
export const cachedGraph: BenchRow = {
  name: 'cached-graph',
  async *measure() {
    const file = join(import.meta.dirname, '../support/hold-graph.ts')
    const args = ['--expose-gc', file, String(shape.nodes), String(shape.edges)]
    const { stdout } = await run(process.execPath, args)
    const { indexBytes, readerBytes } = JSON.parse(stdout)
    const baseline = 4 * (shape.nodes + shape.edges) * 2
    const notes = [`of it ${Number(readerBytes)} bytes for what reads the buffer`]
    const held = Number(indexBytes) + Number(readerBytes)
    yield resultOf(claim, { unit: 'MB', ours: [held / 1e6], baseline: [baseline / 1e6], notes })
  },
}
