import { describe, expect, test } from 'vitest'
import { problems } from '../../src/problems.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'

async function sampleOf({ context }: BuiltApp, sample: string): Promise<number> {
  const lines = (await context.registry.metrics()).split('\n')
  return Number(lines.find((line) => line.startsWith(`${sample} `))?.slice(sample.length + 1))
}

const graph = JSON.stringify({
  nodes: ['main', 'a'].map((id) => ({ id, name: id })),
  edges: [{ from: 'main', to: 'a' }],
})
const postGraph = '/signals/callgraphs?language=node&component=small&version=1&scanId=scan-1'

describe('what a service measures', () => {
  test('follows a graph and a batch from their bytes to the relayed event', async () => {
    await using built = await openApp()
    const { body } = await built.ask(postGraph, { body: graph, headers: { prefer: 'wait=30' } })
    const lines = ['{"symbolId":"a"}', '{"symbolId":"main"}', '{"hitCount":-1}'].join('\n')
    await built.ask(`/signals/runtime-facts/ndjson?scanId=scan-1&callgraphId=${String(body['callgraphId'])}`, {
      body: lines,
      headers: { 'content-type': 'application/x-ndjson', prefer: 'wait=30' },
    })
    await built.settled()
    await built.ask('/signals/facts/scan-1')
    await built.ask('/signals/facts/scan-1')

    const route = (path: string): string => `{route="/signals/${path}"}`
    expect(await sampleOf(built, `signals_ingest_bytes_total${route('callgraphs')}`)).toBe(graph.length)
    expect(await sampleOf(built, `signals_ingest_bytes_total${route('runtime-facts/ndjson')}`)).toBe(lines.length)
    expect(await sampleOf(built, 'signals_ingest_lines_total{outcome="accepted"}')).toBe(2)
    expect(await sampleOf(built, 'signals_ingest_lines_total{outcome="rejected"}')).toBe(1)
    expect(await sampleOf(built, 'signals_fold_duration_seconds_count{outcome="settled"}')).toBeGreaterThan(1)
    expect(await sampleOf(built, 'signals_fold_lag_seconds_count')).toBeGreaterThan(1)
    expect(await sampleOf(built, 'signals_events_relayed_total')).toBe(2)
    expect(await sampleOf(built, 'signals_cache_reads_total{cache="facts",outcome="hit"}')).toBeGreaterThan(0)
    expect(
      await sampleOf(built, 'signals_cas_operation_duration_seconds_count{operation="put",outcome="done"}'),
    ).toBeGreaterThan(2)
    expect(
      await sampleOf(built, 'signals_cas_operation_duration_seconds_count{operation="put",outcome="failed"}'),
    ).toBe(0)
    for (const queue of [
      'pending_evidence',
      'folds_waiting',
      'graphs_waiting',
      'questions_waiting',
      'unrelayed_events',
      'relay_lag_seconds',
      'dead_letters',
    ]) {
      expect(await sampleOf(built, `signals_${queue}`)).toBe(0)
    }
  })

  test('tells refusals by code, and never a tenant, a subject or a path', async () => {
    await using built = await openApp()
    const secret = 'tenant-of-somebody'
    await built.ask(postGraph.replace('scan-1', 'subject-of-somebody'), {
      body: graph,
      headers: { 'x-stella-tenant': secret, prefer: 'wait=30' },
    })
    await built.ask('/signals/facts/subject-of-somebody', { headers: { 'x-stella-tenant': secret } })
    await built.ask('/signals/facts/absent-one')
    await built.ask('/nowhere/at-all')
    await built.ask('/signals/unknowns', { body: '{' })
    const text = await built.context.registry.metrics()
    expect(text).toContain('signals_refusals_total{code="ROUTE_NOT_FOUND"} 1')
    expect(text).toContain('signals_refusals_total{code="JSON_MALFORMED"} 1')
    for (const name of [secret, 'subject-of-somebody', 'absent-one', 'nowhere']) expect(text).not.toContain(name)
  })
})

test('every refusal that a client can read counts from zero, so that its first is a rise', async () => {
  await using built = await openApp()
  for (const code of Object.keys(problems)) {
    expect(await sampleOf(built, `signals_refusals_total{code="${code}"}`)).toBe(0)
  }
})
