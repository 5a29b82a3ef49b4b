import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'
import { alternate } from '../support/alternate.ts'
import { type BenchOptions, type BenchRow, type Claim, resultOf, roundsOf } from '../support/claim.ts'
import { type JsCallsShape, jsCallBytes } from '../support/made-js-calls.ts'
import { post } from '../support/post.ts'
import { memoryOf } from '../support/process-memory.ts'
import { startService } from '../support/server-process.ts'
import { graphPost } from '../support/service-graph.ts'

const document = 'a js-callgraph document of 434 MB, 30,603 nodes and 670,817 edges'
const against = 'inflating and JSON.parse of the same bytes in one process'

const time: Claim = {
  row: 7,
  claim: `ingest of ${document}, posted as gzip, to durable and indexed`,
  against,
  bar: 3,
  aim: 1.5,
  better: 'lower',
}

const memory: Claim = {
  row: 7,
  claim: `peak memory of the service that takes ${document}`,
  against,
  bar: 0.6,
  aim: 0.3,
  better: 'lower',
}

const whole = { files: 1_435, nodes: 30_603, edges: 670_817 }
const half = { files: 717, nodes: 15_301, edges: 335_408 }
const run = promisify(execFile)
const parseFile = join(import.meta.dirname, '../baselines/inflate-and-parse.ts')

interface Measured {
  readonly milliseconds: number
  readonly peakMegabytes: number
}

/** Both sides start a process for each round, since a peak never goes down again. */
export const jsCalls: BenchRow = {
  name: 'js-calls',
  async *measure(options) {
    const shape = options.isFull ? whole : half
    const scaledDown = options.isFull ? undefined : 'half of it'
    const directory = await mkdtemp(join(tmpdir(), 'signals-bench-'))
    try {
      const file = join(directory, 'calls.json.gz')
      await pipeline(Readable.from(jsCallBytes(shape)), createGzip(), createWriteStream(file))
      const body = await readFile(file)
      const measured = await alternate({
        warmUps: 0,
        ours: () => ingest(options, { body, shape }),
        baseline: () => parseAlone(file),
      })
      const notes = [`${(body.byteLength / 1e6).toFixed(1)} MB of gzip`]
      yield resultOf(time, { ...roundsOf(measured, 'milliseconds'), unit: 'ms', notes, scaledDown })
      yield resultOf(memory, { ...roundsOf(measured, 'peakMegabytes'), unit: 'MB', scaledDown })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
}

interface Document {
  readonly body: Buffer
  readonly shape: JsCallsShape
}

async function ingest(options: BenchOptions, { body, shape }: Document): Promise<Measured> {
  await using service = await startService(options)
  const upload = graphPost(service.url, { body, version: '1', language: 'node', format: 'js-callgraph' })
  const headers = { ...upload.headers, 'content-encoding': 'gzip' }
  const start = performance.now()
  const { nodeCount, edgeCount } = await post({ ...upload, headers })
  const milliseconds = performance.now() - start
  if (nodeCount !== shape.nodes || edgeCount !== shape.edges) {
    throw new Error(`${String(nodeCount)} nodes and ${String(edgeCount)} edges were read`)
  }
  return { milliseconds, peakMegabytes: memoryOf(service.pid).peak }
}

async function parseAlone(file: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, [parseFile, file])
  const { milliseconds, peakMegabytes } = JSON.parse(stdout)
  return { milliseconds: Number(milliseconds), peakMegabytes: Number(peakMegabytes) }
}
