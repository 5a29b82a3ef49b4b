import { randomUUID } from 'node:crypto'
import { eventBytes, spreadNodes } from './made-events.ts'
import { post } from './post.ts'

export const linesInBody = 26_000
export const symbolsInBody = 10_000
export const symbolsInAll = 100_000

const bodiesInAll = 40

/** Forty bodies, of which ten already name every symbol; fewer where time is short. */
export function bodyCount(isFull: boolean, fewer: number): number {
  return isFull ? bodiesInAll : fewer
}

export function missingBodies(count: number): string | undefined {
  return count < bodiesInAll ? `${count} of ${bodiesInAll} bodies` : undefined
}

/** Bodies that name symbols from everywhere in the program; each ten together name all of them. */
export function makeBodies(count: number): Buffer[] {
  const step = symbolsInAll / symbolsInBody
  return Array.from({ length: count }, (_, position) =>
    eventBytes({
      lines: linesInBody,
      nodes: spreadNodes({ first: position % step, count: symbolsInBody, step }),
      seed: position + 1,
    }),
  )
}

export interface IngestLoad {
  readonly url: string
  readonly bodies: readonly Buffer[]
  readonly contentEncoding?: 'gzip' | 'zstd'
}

const connections = 2

/** Lines a second from the first byte to the last acknowledgement, over two connections. */
export async function linesPerSecond(load: IngestLoad): Promise<number> {
  const waiting = [...load.bodies]
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, () => postAll(load, waiting)))
  return (load.bodies.length * linesInBody * 1000) / (performance.now() - start)
}

async function postAll({ url, contentEncoding }: IngestLoad, waiting: Buffer[]): Promise<void> {
  const encoding = contentEncoding && { 'content-encoding': contentEncoding }
  for (let body = waiting.pop(); body; body = waiting.pop()) {
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID(), ...encoding }
    const { accepted } = await post({ url, headers, body })
    if (accepted !== linesInBody) throw new Error(`${url}: accepted ${String(accepted)} of ${linesInBody} lines`)
  }
}
