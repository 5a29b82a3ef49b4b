import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RuntimeTool } from '../../../../src/evidence/tool-output.ts'
import { RuntimeFactsError } from '../../../../src/runtime-facts/runtime-facts-errors.ts'
import { detectTool } from '../../../../src/runtime-facts/tools/detect-tool.ts'
import { readToolOutput } from '../../../../src/runtime-facts/tools/read-tool-output.ts'
import { contentOf } from '../../../support/located-runs.ts'
import { chunked } from '../../../support/read-graph.ts'

const limits = { maxSymbols: 1000 }
const traces: readonly (readonly [RuntimeTool, string, string])[] = [
  ['v8-coverage', 'node/semver', 'trace.v8-coverage.3.json'],
  ['v8-cpuprofile', 'node/semver', 'trace.v8-cpuprofile.json'],
  ['jfr', 'java/plexus-classworlds', 'trace.jfr.json'],
  ['go-coverage', 'go/tomljson', 'trace.go-functions.txt'],
  ['python-profile', 'python/autopep8', 'trace.python-profile.3.json'],
]

describe.each(traces)('%s', (tool, folder, file) => {
  const whole = async () => Buffer.concat(await Array.fromAsync(contentOf(folder, file)))

  test('says the same however its bytes are cut', async () => {
    const bytes = await whole()
    const expected = await readToolOutput(limits, tool, chunked(bytes, bytes.length))
    for (const size of [997, 65_536]) {
      expect(await readToolOutput(limits, tool, chunked(bytes, size))).toEqual(expected)
    }
  })

  test('is known by its content, which is then read from its very first byte', async () => {
    const bytes = await whole()
    const { format, chunks } = await detectTool(chunked(bytes, 1000))
    expect(format).toBe(tool)
    expect(Buffer.concat(await Array.fromAsync(chunks)).equals(bytes)).toBe(true)
  })

  test('with more functions than a batch may name is refused', async () => {
    const refused = readToolOutput({ maxSymbols: 3 }, tool, contentOf(folder, file))
    await expect(refused).rejects.toMatchObject({ code: 'BATCH_TOO_LARGE' })
  })
})

describe('what no tool prints', () => {
  const tools = traces.map(([tool]) => tool)

  test('is read or refused with a code, never with another error', async () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string(),
      fc.string().map((text) => `{"result":[${text}`),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...tools), anything, async (tool, text) => {
        const read = readToolOutput(limits, tool, chunked(text, 7)).then(() => 'read')
        const outcome = await read.catch((error: unknown) => (error instanceof RuntimeFactsError ? 'refused' : error))
        expect(['read', 'refused']).toContain(outcome)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['{"symbolId":"a","functions":[]}'],
    ['{"hitCount":1,"symbol_id":"a"}\n{"result":[]}'],
    ['[{"symbolId":"a"}]'],
    [''],
    ['mode: other'],
    ['\u0000'],
  ])('%j is taken for events of our own', async (text) => {
    expect((await detectTool(chunked(text))).format).toBe('signals')
  })

  test.each([
    ['\uFEFF {"timestamp":1,"result":[]}', 'v8-coverage'],
    ['{"startTime":1,"nodes":[]}', 'v8-cpuprofile'],
    ['mode: atomic\n', 'go-coverage'],
    ['acme/a.go:12:\t\tmain\t\t100.0%\n', 'go-coverage'],
  ])('%j is not', async (text, tool) => {
    expect((await detectTool(chunked(text))).format).toBe(tool)
  })
})

describe('a CPU profile', () => {
  const frame = { functionName: 'f', url: 'file:///app/a.js', lineNumber: 1, columnNumber: 2 }

  test('counts samples, and once a function that only called others', async () => {
    const nodes = [
      { id: 1, callFrame: { ...frame, url: '', functionName: '(root)' }, hitCount: 9 },
      { id: 2, callFrame: frame, hitCount: 0 },
      { id: 3, callFrame: frame, hitCount: 4 },
      { id: 4, callFrame: { ...frame, url: 'node:fs' }, hitCount: 1 },
    ]
    const { output, platform } = await readToolOutput(limits, 'v8-cpuprofile', chunked(JSON.stringify({ nodes })))
    expect(output.tool === 'v8-cpuprofile' && output.functions).toEqual([
      { file: '/app/a.js', name: 'f', line: 1, column: 2, hits: 5, observedAt: undefined },
    ])
    expect(platform).toBe(1)
  })
})

describe('a flight recording', () => {
  const method = (name: string, hidden = false) => ({ type: { name: 'acme/Cart', hidden }, name, descriptor: '()V' })
  const sample = (startTime: string, ...names: string[]) => ({
    type: 'jdk.ExecutionSample',
    values: { startTime, stackTrace: { frames: names.map((name) => ({ method: method(name) })) } },
  })

  test('counts a method once a sample, however often it stands on the stack, and keeps the last time', async () => {
    const events = [
      sample('2026-01-01T00:00:02.123456789+01:00', 'a', 'a', 'b'),
      sample('2026-01-01T00:00:01Z', 'b'),
      { type: 'jdk.ExecutionSample', values: { stackTrace: { frames: [{ method: method('hidden', true) }] } } },
      { type: 'jdk.CPULoad', values: { machineTotal: 0.5 } },
      { type: 'jdk.ExecutionSample', values: { stackTrace: null } },
    ]
    const { output, platform } = await readToolOutput(limits, 'jfr', chunked(JSON.stringify({ recording: { events } })))
    expect(output.tool === 'jfr' && output.functions).toMatchObject([
      { method: 'a', hits: 1, observedAt: '2025-12-31T23:00:02.123Z' },
      { method: 'b', hits: 2, observedAt: '2026-01-01T00:00:01.000Z' },
    ])
    expect(platform).toBe(1)
  })
})
