import { Counter, collectDefaultMetrics, Gauge } from '@prometheus-io/client'
import type { MetricsRegistry } from './measures.ts'

/** A figure that somebody else keeps, and that is read when it is asked for. */
export interface ScrapedFigure {
  readonly name: string
  readonly help: string
  readonly read: () => number | Promise<number>
}

export interface ScrapedReads {
  readonly hits: number
  readonly misses: number
}

/** A dependency that hangs must not take the other figures with it. */
const readTimeoutMs = 2_000

/** What cannot be read is NaN: a gap in the graph, and the rest of the scrape as it should be. */
export function addScrapedFigure(registry: MetricsRegistry, { name, help, read }: ScrapedFigure): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await readInTime(read).catch(() => Number.NaN))
    },
  })
}

/** Caches count for themselves: their counters are copied. */
export function addCacheFigures(registry: MetricsRegistry, caches: Readonly<Record<string, () => ScrapedReads>>): void {
  new Counter({
    name: 'signals_cache_reads_total',
    help: 'Reads by cache, and whether it knew.',
    labelNames: ['cache', 'outcome'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const [cache, figures] of Object.entries(caches)) {
        const { hits, misses } = figures()
        this.inc({ cache, outcome: 'hit' }, hits)
        this.inc({ cache, outcome: 'miss' }, misses)
      }
    },
  })
}

/** Memory, processor, handles, garbage collection and event-loop delay, under the names that every Node service uses. */
export function addProcessFigures(registry: MetricsRegistry): void {
  collectDefaultMetrics({ register: registry })
}

async function readInTime(read: ScrapedFigure['read']): Promise<number> {
  const timeout = Promise.withResolvers<never>()
  const timer = setTimeout(() => timeout.reject(new Error('no answer in time')), readTimeoutMs)
  try {
    return await Promise.race([read(), timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}
