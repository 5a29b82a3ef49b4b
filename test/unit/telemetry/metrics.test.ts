import { Gauge } from '@prometheus-io/client'
import { describe, expect, test } from 'vitest'
import { createMeasures, createRegistry, type MetricsRegistry } from '../../../src/telemetry/measures.ts'
import { listenForMetrics } from '../../../src/telemetry/metrics-listener.ts'
import { addCacheFigures, addScrapedFigure } from '../../../src/telemetry/scraped-figures.ts'

const loopback = { host: '127.0.0.1', port: 0 }

/** The samples, without help and types. */
async function samplesOf(registry: MetricsRegistry): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('measures', () => {
  test('count answers by pattern, and refusals by code', async () => {
    const registry = createRegistry()
    const { answered } = createMeasures(registry)
    const answer = { method: 'POST', route: '/signals/unknowns', seconds: 0.03, bodyBytes: 10, code: undefined }
    answered({ ...answer, status: 202 })
    answered({ ...answer, status: 202, bodyBytes: 0 })
    answered({ ...answer, status: 400, code: 'JSON_INVALID' })
    const samples = await samplesOf(registry)
    expect(samples).toContain('signals_http_responses_total{method="POST",route="/signals/unknowns",status="202"} 2')
    expect(samples).toContain('signals_ingest_bytes_total{route="/signals/unknowns"} 20')
    expect(samples).toContain('signals_http_response_duration_seconds_bucket{le="0.1",route="/signals/unknowns"} 3')
    expect(samples).toContain('signals_refusals_total{code="JSON_INVALID"} 1')
    expect(samples.filter((sample) => sample.startsWith('signals_refusals_total'))).toHaveLength(1)
  })

  test('of closed sets begin at zero, so that the first of each is a rise', async () => {
    const registry = createRegistry()
    const measures = createMeasures(registry)
    const before = await samplesOf(registry)
    for (const outcome of ['settled', 'busy', 'blocked', 'failed']) {
      expect(before).toContain(`signals_fold_duration_seconds_count{outcome="${outcome}"} 0`)
    }
    expect(before).toContain('signals_ingest_lines_total{outcome="rejected"} 0')
    expect(before).toContain('signals_cas_operation_duration_seconds_count{operation="put",outcome="failed"} 0')
    expect(before).toContain('signals_events_relayed_total 0')
    measures.linesRead({ accepted: 3, rejected: 2 })
    measures.folded('failed', 1)
    measures.foldLag(-1)
    measures.casOperation('put', 'failed', 0.01)
    measures.eventRelayed()
    measures.eventDeadLettered()
    const after = await samplesOf(registry)
    expect(after).toContain('signals_ingest_lines_total{outcome="accepted"} 3')
    expect(after).toContain('signals_ingest_lines_total{outcome="rejected"} 2')
    expect(after).toContain('signals_fold_duration_seconds_sum{outcome="failed"} 1')
    expect(after).toContain('signals_fold_lag_seconds_sum 0')
    expect(after).toContain('signals_cas_operation_duration_seconds_count{operation="put",outcome="failed"} 1')
    expect(after).toContain('signals_events_relayed_total 1')
    expect(after).toContain('signals_events_dead_lettered_total 1')
  })

  test('of one service are not those of another in the same process', async () => {
    const [one, other] = [createRegistry(), createRegistry()]
    createMeasures(one).eventRelayed()
    createMeasures(other)
    expect(await samplesOf(one)).toContain('signals_events_relayed_total 1')
    expect(await samplesOf(other)).toContain('signals_events_relayed_total 0')
  })
})

describe('figures that are read when they are asked for', () => {
  test('are read anew each time', async () => {
    const registry = createRegistry()
    let waiting = 4
    addScrapedFigure(registry, { name: 'waiting', help: 'What waits.', read: () => waiting })
    expect(await samplesOf(registry)).toEqual(['waiting 4'])
    waiting = 5
    expect(await samplesOf(registry)).toEqual(['waiting 5'])
  })

  test('that cannot be read are a gap, and hide no other', async () => {
    const registry = createRegistry()
    const read = async (): Promise<number> => Promise.reject(new Error('the store is down'))
    addScrapedFigure(registry, { name: 'pending', help: 'What waits.', read })
    addScrapedFigure(registry, { name: 'depth', help: 'Depth.', read: async () => 7 })
    const samples = await samplesOf(registry)
    expect(samples).toContain('depth 7')
    expect(samples.find((sample) => sample.startsWith('pending '))).toMatch(/^pending nan$/i)
  })

  test('of caches are copied, not added up again at each look', async () => {
    const registry = createRegistry()
    addCacheFigures(registry, { facts: () => ({ hits: 5, misses: 2 }) })
    await registry.metrics()
    expect(await samplesOf(registry)).toEqual([
      'signals_cache_reads_total{cache="facts",outcome="hit"} 5',
      'signals_cache_reads_total{cache="facts",outcome="miss"} 2',
    ])
  })
})

describe('the listener', () => {
  test('has them on an address of its own, and nothing else', async () => {
    const registry = createRegistry()
    addScrapedFigure(registry, { name: 'depth', help: 'Depth.', read: () => 4 })
    const listener = await listenForMetrics(registry, loopback)
    try {
      const response = await fetch(listener.url)
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
      expect(await response.text()).toBe('# HELP depth Depth.\n# TYPE depth gauge\ndepth 4\n')
      expect((await fetch(listener.url.replace('/metrics', '/status'))).status).toBe(404)
      expect((await fetch(listener.url, { method: 'POST' })).status).toBe(405)
    } finally {
      await listener.close()
    }
    await listener.close()
    await expect(fetch(listener.url)).rejects.toThrow('fetch failed')
  })

  test('answers 500 without a reason when the figures cannot be gathered', async () => {
    const registry = createRegistry()
    const collect = (): never => {
      throw new Error('an inner matter')
    }
    new Gauge({ name: 'broken', help: 'Broken.', registers: [registry], collect })
    const listener = await listenForMetrics(registry, loopback)
    const response = await fetch(listener.url)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('inner')
    await listener.close()
  })

  test('on a port that is taken is an error, not a hang', async () => {
    const first = await listenForMetrics(createRegistry(), loopback)
    const port = Number(new URL(first.url).port)
    await expect(listenForMetrics(createRegistry(), { ...loopback, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await first.close()
  })
})
