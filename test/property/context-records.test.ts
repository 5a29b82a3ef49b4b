import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ObservedEvent } from '../../src/provenance/classify-event.ts'
import { type ContextRecords, mergeContextRecords, noContextRecords } from '../../src/provenance/context-facts.ts'
import { FeedBuilder } from '../../src/provenance/feed-builder.ts'
import { recordKey } from '../../src/provenance/provenance-record.ts'
import { anyObservedEvent } from '../support/observed-events.ts'

const runs = { numRuns: 400 }
const limit = 4
const request = {
  tenant: 'acme',
  correlationId: 'c',
  generatedAt: '2026-11-20T13:00:00.000Z',
  sourceService: 'signals',
}

const anyEvents = fc.array(anyObservedEvent, { maxLength: 12 })

function builderOf(events: readonly ObservedEvent[]): FeedBuilder {
  const builder = new FeedBuilder({ maxRecords: limit })
  for (const event of events) builder.add(event)
  return builder
}

function contextOf(events: readonly ObservedEvent[]): ContextRecords {
  return builderOf(events).contextRecords()
}

const merge = (one: ContextRecords, other: ContextRecords) => mergeContextRecords(one, other, limit)

test('merging is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(anyEvents, anyEvents, anyEvents, (...batches) => {
      const [one, two, three] = batches.map(contextOf) as [ContextRecords, ContextRecords, ContextRecords]
      expect(merge(one, two)).toEqual(merge(two, one))
      expect(merge(merge(one, two), three)).toEqual(merge(one, merge(two, three)))
      expect(merge(one, one)).toEqual(one)
      expect(merge(one, merge(one, two))).toEqual(merge(one, two))
      expect(merge(one, noContextRecords)).toEqual(one)
    }),
    runs,
  )
})

test('events in any order and in any batches give the same context records', () => {
  const shuffled = fc
    .array(anyObservedEvent, { maxLength: 30 })
    .chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
      ),
    )
  fc.assert(
    fc.property(shuffled, ([events, others, cuts]) => {
      const bounds = [0, ...cuts.toSorted((one, other) => one - other), others.length]
      const batches = bounds.slice(1).map((end, position) => contextOf(others.slice(bounds[position], end)))
      expect(batches.reduce(merge, noContextRecords)).toEqual(contextOf(events))
    }),
    runs,
  )
})

test('records are sorted, distinct, and no more than allowed; the flag is set exactly when there were more', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      const { records, truncated } = contextOf(events)
      const keys = records.map(recordKey)
      const all = new FeedBuilder()
      for (const event of events) all.add(event)
      const allKeys = all.contextRecords().records.map(recordKey)
      expect(keys).toEqual([...new Set(allKeys)].sort().slice(0, limit))
      expect(truncated ?? false).toBe(allKeys.length > limit)
    }),
    runs,
  )
})

test('a feed is the same to the last id, whatever the order of its events', async () => {
  const pairs = anyEvents.chain((events) =>
    fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
  )
  await fc.assert(
    fc.asyncProperty(pairs, async ([events, others]) => {
      expect(await builderOf(others).build(request)).toEqual(await builderOf(events).build(request))
    }),
    runs,
  )
})
