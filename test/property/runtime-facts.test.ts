import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SymbolHits } from '../../src/evidence/evidence.ts'
import { mergeHits } from '../../src/evidence/symbol-hits.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'
import { HitAggregate } from '../../src/runtime-facts/merge-hits.ts'
import { readEvents } from '../../src/runtime-facts/read-events.ts'

const limits = { maxLineBytes: 4096, maxDepth: 64, maxSymbols: 1000 }

const name = fc.oneof(fc.constantFrom('a', 'b', 'é', 'Z', '\u{1f600}'), fc.string({ unit: 'grapheme', maxLength: 6 }))
const time = fc.integer({ min: 0, max: 9 }).map((second) => `2026-11-20T12:00:0${second}.000Z`)

/** What an agent might send: some of it is refused, and that must not depend on order either. */
const event = fc.record(
  {
    symbolId: name,
    hitCount: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.MAX_SAFE_INTEGER)),
    codeId: fc.integer({ min: 0, max: 40 }).map((place) => `code-${place}`),
    loaderBase: name,
    containerId: name,
    processName: name,
    observedAt: time,
    processId: fc.oneof(fc.integer(), fc.string()),
    metadata: fc.dictionary(
      fc.string({ maxLength: 3 }).filter((key) => key !== '__proto__'),
      name,
      { maxKeys: 3 },
    ),
  },
  { requiredKeys: [] },
)

type SentEvent = Readonly<Record<string, unknown>>

const snake = { symbolId: 'symbol_id', hitCount: 'hit_count', codeId: 'code_id', loaderBase: 'loader_base' } as const

function respelled(sent: SentEvent, isSnake: boolean): SentEvent {
  if (!isSnake) return sent
  return Object.fromEntries(
    Object.entries(sent).map(([field, value]) => [
      Object.entries(snake).find(([camel]) => camel === field)?.[1] ?? field,
      value,
    ]),
  )
}

async function summed(body: Buffer, cuts: readonly number[]) {
  const hits = new HitAggregate(limits)
  let refused = 0
  for await (const read of readEvents(limits, cutAt(body, cuts))) {
    for (const found of read) {
      if ('event' in found) hits.add(found.event)
      else refused += 1
    }
  }
  return { hits: hits.toHits(), refused, totalHits: hits.totalHits, isSaturated: hits.isSaturated }
}

async function* cutAt(body: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (body.length + 1)))].sort((one, other) => one - other)
  let start = 0
  for (const place of [...places, body.length]) {
    if (place > start) yield body.subarray(start, place)
    start = place
  }
}

const runs = { numRuns: 250 }

test('the same events in another order, spelling, member order, form and cut give the same hits and totals', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 60 }).chain((sent) =>
        fc.record({
          sent: fc.constant(sent),
          shuffled: fc.shuffledSubarray(sent, { minLength: sent.length }),
          isSnake: fc.boolean(),
          isReversed: fc.boolean(),
          isArray: fc.boolean(),
          separator: fc.constantFrom('\n', '\r\n', '\n\n', ' \n'),
          cuts: fc.array(fc.nat(), { maxLength: 12 }),
        }),
      ),
      async ({ sent, shuffled, isSnake, isReversed, isArray, separator, cuts }) => {
        const plain = Buffer.from(sent.map((one) => JSON.stringify(one)).join('\n'))
        const texts = shuffled.map((one) => {
          const members = Object.entries(respelled(one, isSnake))
          return JSON.stringify(Object.fromEntries(isReversed ? members.reverse() : members))
        })
        const body = Buffer.from(isArray ? `[${texts.join(' ,\n')}]` : texts.join(separator))
        expect(await summed(body, cuts)).toEqual(await summed(plain, []))
      },
    ),
    runs,
  )
})

test('batches merged in any grouping are the one batch', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 60 }),
      fc.array(fc.nat(3), { minLength: 60, maxLength: 60 }),
      async (sent, groups) => {
        const bodyOf = (some: readonly SentEvent[]) => Buffer.from(some.map((one) => JSON.stringify(one)).join('\n'))
        const parts = await Promise.all(
          [0, 1, 2, 3].map((group) => summed(bodyOf(sent.filter((_, place) => groups[place] === group)), [])),
        )
        const merged = new Map<string, SymbolHits>()
        for (const hits of parts.flatMap((part) => part.hits)) {
          const known = merged.get(hits.symbolId)
          merged.set(hits.symbolId, known ? mergeHits(known, hits) : hits)
        }
        const whole = await summed(bodyOf(sent), [])
        expect([...merged.values()].sort((one, other) => compareOrdinal(one.symbolId, other.symbolId))).toEqual(
          whole.hits,
        )
      },
    ),
    runs,
  )
})
