import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { alternate, millisecondsOf } from '../support/alternate.ts'
import { type BenchRow, type Claim, resultOf } from '../support/claim.ts'
import { graphBytes } from '../support/made-graph.ts'
import { post } from '../support/post.ts'
import { startService } from '../support/server-process.ts'
import { graphPost } from '../support/service-graph.ts'

const claim: Claim = {
  row: 6,
  claim: 'ingest of a graph of 100,000 nodes and 500,000 edges, to durable and indexed',
  against: 'JSON.parse of the same bytes, in a process of its own',
  bar: 3,
  better: 'lower',
}

const run = promisify(execFile)
const parseFile = join(import.meta.dirname, '../baselines/parse-json.ts')

/** Every round has a graph of its own: one that is stored already would cost less. */
export const callgraph: BenchRow = {
  name: 'callgraph',
  async *measure(options) {
    await using service = await startService(options)
    const directory = await mkdtemp(join(tmpdir(), 'signals-bench-'))
    let byteLength = 0
    try {
      const measured = await alternate({
        ours: async (round) => {
          const body = graphOf(round)
          byteLength = body.byteLength
          return await millisecondsOf(() => post(graphPost(service.url, { body, version: String(round) })))
        },
        baseline: (round) => parseAlone(join(directory, 'graph.json'), graphOf(round)),
      })
      yield resultOf(claim, { unit: 'ms', ...measured, notes: [`${(byteLength / 1e6).toFixed(0)} MB of JSON`] })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
}

function graphOf(round: number): Buffer {
  return Buffer.concat([...graphBytes({ nodes: 100_000, edges: 500_000, seed: round + 1 })])
}

async function parseAlone(file: string, bytes: Buffer): Promise<number> {
  await writeFile(file, bytes)
  const { stdout } = await run(process.execPath, [parseFile, file])
  return Number(JSON.parse(stdout).milliseconds)
}
