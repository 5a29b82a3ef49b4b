import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { addProcessFigures } from '../../src/telemetry/scraped-figures.ts'
import { openApp } from '../support/build-app.ts'

const root = join(import.meta.dirname, '../..')
const directory = join(root, 'etc/prometheus')

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ alert: z.string(), expr: z.string(), annotations: z.object({ runbook: z.string() }) })),
    }),
  ),
})
const rules = Rules.parse(read('signals.rules.yaml')).groups.flatMap((group) => group.rules)
const names = rules.map(({ alert }) => alert)

const RuleTests = z.object({
  tests: z.array(
    z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) }),
  ),
})

function read(file: string): unknown {
  return parse(readFileSync(join(directory, file), 'utf8'))
}

test('the alert rules name only figures that the service has', async () => {
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

test('every alert has a paragraph that says what to do, and every such paragraph has its alert', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  const paragraphs = [...page.matchAll(/^### (Signals\w+)\n(.+)/gm)].map(([, heading, text]) => ({ heading, text }))
  expect(paragraphs.map(({ heading }) => heading)).toEqual(names)
  for (const { text } of paragraphs) expect(text).toMatch(/\w+ \w+ \w+/)
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`)
  }
  expect(new Set(names).size).toBe(names.length)
})

test('every alert is tried twice: once it fires, once it does not', () => {
  const tries = RuleTests.parse(read('signals.rules.test.yaml')).tests.flatMap(({ alert_rule_test }) => alert_rule_test)
  const triedWith = (fires: boolean): string[] =>
    tries.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map(({ alertname }) => alertname)
  expect(new Set(triedWith(true))).toEqual(new Set(names))
  expect(new Set(triedWith(false))).toEqual(new Set(names))
})

describe('to Prometheus, where its tool is at hand,', () => {
  test.for([
    { what: 'the alert rules are rules', args: ['check', 'rules', 'signals.rules.yaml'] },
    { what: 'they fire when they should, and only then', args: ['test', 'rules', 'signals.rules.test.yaml'] },
  ])('$what', async ({ args }, { skip }) => {
    const run = promisify(execFile)('promtool', args, { cwd: directory })
    const outcome = await run.catch((error: NodeJS.ErrnoException) => error)
    skip(outcome instanceof Error && outcome.code === 'ENOENT', 'promtool is not to be had')
    expect(outcome).toMatchObject({ stdout: expect.stringContaining('SUCCESS') })
  })
})
