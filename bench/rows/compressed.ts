import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { BenchRow, Claim } from '../support/claim.ts'
import { bodyCount, makeBodies } from '../support/ingest-load.ts'
import { compareIngest } from './compare-ingest.ts'

const compress = { gzip: (body: Buffer) => gzipSync(body), zstd: (body: Buffer) => zstdCompressSync(body) } as const

function claimOf(encoding: keyof typeof compress): Claim {
  return {
    row: 2,
    claim: `NDJSON ingest of ${encoding} bodies`,
    against: `the same baseline behind the ${encoding} stream of Node`,
    bar: 1.5,
    better: 'higher',
  }
}

export const compressed: BenchRow = {
  name: 'compressed',
  async *measure(options) {
    const plain = makeBodies(bodyCount(options.isFull, 2))
    for (const contentEncoding of ['gzip', 'zstd'] as const) {
      const bodies = plain.map(compress[contentEncoding])
      yield await compareIngest(options, claimOf(contentEncoding), { bodies, contentEncoding })
    }
  },
}
