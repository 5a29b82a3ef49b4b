import { describe, expect, test } from 'vitest'
import { captureMethodOf, classifyEvent, confidenceOf } from '../../../src/provenance/classify-event.ts'

const symbolOnly = { symbolId: 'app.main', hitCount: 1 }
const everything = {
  ...symbolOnly,
  observedAt: '2026-11-20T12:00:00.000Z',
  purl: 'pkg:npm/semver@7.5.4',
  processName: 'node',
  processId: '42',
  containerId: 'c1',
  socketAddress: '10.0.0.1:443',
  evidenceUri: 'file:///probe.log',
  buildId: 'b1',
  codeId: 'code:1',
}

describe('what an event is about goes by its most specific field', () => {
  test.each([
    ['runtime.network.connection', 'network', '10.0.0.1:443', everything],
    ['runtime.container.activity', 'container', 'c1', { ...everything, socketAddress: undefined }],
    ['runtime.container.activity', 'container', 'c1', { ...symbolOnly, containerId: 'c1', processId: '42' }],
    ['runtime.process.observed', 'process', 'node', { ...symbolOnly, processName: 'node', processId: '42', purl: 'p' }],
    ['runtime.process.observed', 'process', '42', { ...symbolOnly, processId: '42' }],
    ['runtime.package.loaded', 'package', 'pkg:npm/a@1', { ...symbolOnly, purl: 'pkg:npm/a@1' }],
    ['runtime.symbol.invoked', 'symbol', 'app.main', symbolOnly],
  ])('%s: the %s %s', (recordType, type, identifier, event) => {
    expect(classifyEvent(event)).toEqual({ recordType, subject: { type, identifier } })
  })

  test('a container without a process is no container activity', () => {
    const event = { ...symbolOnly, containerId: 'c1', purl: 'pkg:npm/a@1' }
    expect(classifyEvent(event).recordType).toBe('runtime.package.loaded')
    expect(classifyEvent({ ...event, purl: undefined }).recordType).toBe('runtime.symbol.invoked')
  })
})

describe('confidence', () => {
  test.each([
    [0.5, {}],
    [0.5, { purl: 'p', socketAddress: 's', loaderBase: '0x0' }],
    [0.6, { observedAt: '2026-11-20T12:00:00.000Z' }],
    [0.6, { processId: '42', processName: 'node' }],
    [0.6, { buildId: 'b', codeId: 'c' }],
    [0.7, { processId: '42', containerId: 'c1' }],
    [0.8, { processId: '42', containerId: 'c1', evidenceUri: 'u' }],
    [0.9, { processId: '42', containerId: 'c1', evidenceUri: 'u', codeId: 'c' }],
  ])('is exactly %d with %o', (confidence, fields) => {
    expect(confidenceOf({ ...symbolOnly, ...fields })).toBe(confidence)
  })

  test('is never above 0.95, whatever an event has', () => {
    expect(confidenceOf(everything)).toBe(0.95)
  })
})

describe('the capture method', () => {
  test('is the one that the observer names, in any case', () => {
    const metadata = { 'capture.method': ' Static_Analysis ' }
    expect(captureMethodOf({ ...everything, metadata })).toBe('STATIC_ANALYSIS')
  })

  test.each(['', 'GUESSING', '__proto__', 'constructor'])('is not the word %j, which we do not know', (word) => {
    expect(captureMethodOf({ ...symbolOnly, metadata: { 'capture.method': word } })).toBe('API_CALL')
  })

  test.each([
    ['EBPF', { socketAddress: 's' }],
    ['EBPF', { loaderBase: '0x7f00', processId: '42' }],
    ['PROC_SCAN', { processName: 'node', evidenceUri: 'u' }],
    ['PROC_SCAN', { containerId: 'c1' }],
    ['LOG_ANALYSIS', { evidenceUri: 'u', purl: 'p' }],
    ['API_CALL', { purl: 'p' }],
  ])('is %s for an event with %o', (method, fields) => {
    expect(captureMethodOf({ ...symbolOnly, ...fields })).toBe(method)
  })
})
