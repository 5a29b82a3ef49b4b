import type { BenchRow, Claim } from '../support/claim.ts'
import { bodyCount, makeBodies } from '../support/ingest-load.ts'
import { compareIngest } from './compare-ingest.ts'

const claim: Claim = {
  row: 1,
  claim: 'NDJSON ingest, durable and checked, every field kept',
  against: 'Fastify, readline, JSON.parse and a Map of sums, in memory',
  bar: 2,
  aim: 4,
  better: 'higher',
}

export const ndjson: BenchRow = {
  name: 'ndjson',
  async *measure(options) {
    yield await compareIngest(options, claim, { bodies: makeBodies(bodyCount(options.isFull, 3)) })
  },
}
