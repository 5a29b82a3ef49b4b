import fc from 'fast-check'
import type { ObservedEvent } from '../../src/provenance/classify-event.ts'

const word = fc.constantFrom('a', 'b', 'c', 'ä', '🐍', 'Z')
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })

/** Few values, so that many events are about the same. */
export const anyObservedEvent: fc.Arbitrary<ObservedEvent> = fc.record({
  symbolId: word,
  hitCount: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  codeId: maybe(word),
  purl: maybe(word),
  buildId: maybe(word),
  loaderBase: maybe(word),
  processId: maybe(word),
  processName: maybe(word),
  socketAddress: maybe(word),
  containerId: maybe(word),
  evidenceUri: maybe(word),
  observedAt: maybe(fc.integer({ min: 0, max: 9 }).map((second) => `2026-11-20T12:00:0${second}.000Z`)),
  metadata: maybe(fc.record({ 'capture.method': fc.constantFrom('EBPF', 'log_analysis', 'GUESSING') })),
})
