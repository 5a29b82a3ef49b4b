import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { expect, inject, test } from 'vitest'
import { startServiceProcess, temporaryDirectory } from '../support/service-process.ts'
import { issuerName } from '../support/token-issuer.ts'
import { makeTokens } from './fuzz/callers.ts'
import { told } from './fuzz/findings.ts'
import { fuzz } from './fuzz/fuzz.ts'
import type { Tally } from './fuzz/tally.ts'
import { openTarget } from './fuzz/target.ts'

const { count, seed } = inject('hostile')
const lanes = 8
const onProgress = (requests: number): void => void process.stdout.write(`fuzz: ${requests} requests\n`)

/** Here the bus refuses nothing, so there are no dead letters. */
const neverAccepted = ['replayDeadLetter', 'deleteDeadLetter']

function wasAccepted(tally: Tally, operation: string): boolean {
  return [...tally.answersOf(operation).keys()].some((answered) => answered.startsWith('2'))
}

test(`${count} requests to every route bring about nothing that may not be`, {
  timeout: 120_000 + count * 60,
}, async () => {
  await using directory = await temporaryDirectory()
  const { tokens, keySet } = await makeTokens()
  await writeFile(join(directory.path, 'jwks.json'), keySet)
  const service = await startServiceProcess(join(directory.path, 'data'), {
    SIGNALS__AUTH__MODE: 'jwt',
    // It asks as often as it can.
    SIGNALS__LIMITS__RATE_LIMIT__ENABLED: 'false',
    SIGNALS__AUTH__ISSUER: issuerName,
    SIGNALS__AUTH__AUDIENCE: 'signals',
    SIGNALS__AUTH__JWKS: join(directory.path, 'jwks.json'),
    SIGNALS__TELEMETRY__LOG_LEVEL: 'error',
    // Whatever else the machine does: refused work would find nothing.
    SIGNALS__LIMITS__EVENT_LOOP_DELAY_MS: '60000',
  })
  try {
    const target = await openTarget(service.url, tokens)
    const before = await target.canary.read()
    const begin = performance.now()
    const { findings, tally } = await fuzz(target, { count, seed, lanes, timeoutMs: 30_000, onProgress })
    const seconds = (performance.now() - begin) / 1_000
    const summary = `fuzz: seed=${seed} requests=${tally.total} findings=${findings.length} in ${Math.round(seconds)} s`
    process.stdout.write(`${[...tally.lines(), ...findings.map(told), summary].join('\n')}\n`)
    expect(findings.map(told)).toEqual([])
    expect((await fetch(new URL('/readyz', service.url))).status).toBe(200)
    expect(await target.canary.read()).toEqual(before)
    const { operations } = target.surface
    const fewest = Math.min(...operations.map(({ name }) => tally.requestsTo(name)))
    expect(fewest).toBeGreaterThan(count / operations.length / 2)
    expect(operations.filter(({ name }) => !wasAccepted(tally, name)).map(({ name }) => name)).toEqual(neverAccepted)
  } finally {
    await service.kill('SIGTERM')
    const errors = service.log.filter((line) => line.includes('"level":"error"') || line.includes('"level":"fatal"'))
    if (errors.length > 0)
      process.stdout.write(`the log has ${errors.length} errors, of which\n${errors.slice(0, 5).join('\n')}\n`)
  }
})
