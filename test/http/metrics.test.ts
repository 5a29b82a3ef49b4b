import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { addProcessFigures } from '../../src/telemetry/scraped-figures.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'

const root = join(import.meta.dirname, '../..')
const rulesFile = join(root, 'etc/prometheus/signals.rules.yaml')

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ alert: z.string(), expr: z.string(), annotations: z.object({ runbook: z.string() }) })),
    }),
  ),
})
const rules = Rules.parse(parse(readFileSync(rulesFile, 'utf8'))).groups.flatMap((group) => group.rules)

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

describe('the alert rules', () => {
  test('name only figures that the service has', async () => {
    await using built = await openApp()
    addProcessFigures(built.context.registry)
    const known = new Set(['up'])
    for (const { name, type } of await built.context.registry.getMetricsAsJSON()) {
      const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
      for (const suffix of suffixes) known.add(name + suffix)
    }
    const named = rules.flatMap(({ expr }) => expr.match(/\b(?:up|(?:signals|process|nodejs)_[a-z0-9_]+)\b/g) ?? [])
    expect(named.filter((name) => !known.has(name))).toEqual([])
    expect(new Set(named).size).toBeGreaterThan(10)
  })

  test('each have a name of their own and a paragraph that says what to do', () => {
    const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
    const headings = new Set([...page.matchAll(/^#+ (\w+)$/gm)].map((match) => match[1]))
    expect(rules.filter(({ alert }) => !headings.has(alert))).toEqual([])
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`)
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })

  test('are rules to Prometheus, where its tool is at hand', async ({ skip }) => {
    const promtool = promisify(execFile)('promtool', ['check', 'rules', rulesFile])
    const outcome = await promtool.catch((error: NodeJS.ErrnoException) => error)
    skip(outcome instanceof Error && outcome.code === 'ENOENT', 'promtool is not to be had')
    expect(outcome).toMatchObject({ stdout: expect.stringContaining('SUCCESS') })
  })
})
