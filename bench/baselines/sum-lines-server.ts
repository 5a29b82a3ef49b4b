import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import Fastify from 'fastify'
import { announce } from './announce.ts'

/** Lines to sums, in memory: nothing is checked, nothing is stored, nobody is told what was wrong. */
const app = Fastify()
const hitsBySymbol = new Map<string, number>()

app.addContentTypeParser('application/x-ndjson', (_request, body, done) => done(null, body))
app.post<{ Body: Readable }>('/ndjson', async ({ headers, body }, reply) => {
  const accepted = await sumLines(inflated(headers['content-encoding'], body))
  return reply.code(202).send({ accepted, uniqueSymbols: hitsBySymbol.size })
})

await announce(app)

function inflated(encoding: string | undefined, body: Readable): Readable {
  if (encoding === 'gzip') return body.pipe(createGunzip())
  return encoding === 'zstd' ? body.pipe(createZstdDecompress()) : body
}

function sumLines(input: Readable): Promise<number> {
  let accepted = 0
  return new Promise((resolve, reject) => {
    input.once('error', reject)
    // Listening costs a fraction of what iterating over the lines does.
    createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
      .on('line', (line) => {
        const { symbolId, hitCount }: { symbolId: string; hitCount: number } = JSON.parse(line)
        hitsBySymbol.set(symbolId, (hitsBySymbol.get(symbolId) ?? 0) + hitCount)
        accepted += 1
      })
      .once('close', () => resolve(accepted))
  })
}
