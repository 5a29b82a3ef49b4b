import { describe, expect, test } from 'vitest'
import { maxHitCount } from '../../../src/evidence/symbol-hits.ts'
import { canonicalBytes } from '../../../src/lib/canonical-json.ts'
import { HitAggregate } from '../../../src/runtime-facts/merge-hits.ts'

describe('the aggregate of a batch', () => {
  test('sums by symbol, in ordinal order', () => {
    const hits = new HitAggregate({ maxSymbols: 9 })
    for (const symbolId of ['b', 'é', 'a', 'Z', 'b']) hits.add({ symbolId, hitCount: 2 })
    expect(hits.toHits()).toEqual([
      { symbolId: 'Z', hitCount: 2 },
      { symbolId: 'a', hitCount: 2 },
      { symbolId: 'b', hitCount: 4 },
      { symbolId: 'é', hitCount: 2 },
    ])
    expect(hits.symbolIds()).toEqual(['Z', 'a', 'b', 'é'])
    expect(hits).toMatchObject({ symbolCount: 4, totalHits: 10, isSaturated: false })
  })

  test('keeps first and last time and the distinct values of every list, but no process id and no metadata', () => {
    const hits = new HitAggregate({ maxSymbols: 9 })
    const seen = {
      codeId: 'c',
      loaderBase: 'l',
      purl: 'p',
      buildId: 'b',
      containerId: 'k',
      processName: 'n',
      socketAddress: 's',
      evidenceUri: 'e',
      processId: '1',
      metadata: { k: 'v' },
    }
    hits.add({ symbolId: 'a', hitCount: 1, observedAt: '2026-11-20T12:00:01.000Z', ...seen })
    hits.add({ symbolId: 'a', hitCount: 1, observedAt: '2026-11-20T12:00:00.000Z', ...seen, codeId: 'b' })
    expect(hits.toHits()).toEqual([
      {
        symbolId: 'a',
        hitCount: 2,
        firstObservedAt: '2026-11-20T12:00:00.000Z',
        observedAt: '2026-11-20T12:00:01.000Z',
        codeIds: ['b', 'c'],
        loaderBases: ['l'],
        purls: ['p'],
        buildIds: ['b'],
        containerIds: ['k'],
        processNames: ['n'],
        socketAddresses: ['s'],
        evidenceUris: ['e'],
      },
    ])
  })

  test('a sum that comes to 2^53-1 stays there, and says so', () => {
    const hits = new HitAggregate({ maxSymbols: 9 })
    hits.add({ symbolId: 'a', hitCount: maxHitCount - 1 })
    expect(hits.isSaturated).toBe(false)
    hits.add({ symbolId: 'b', hitCount: 5 })
    expect(hits.toHits().map(({ hitCount }) => hitCount)).toEqual([maxHitCount - 1, 5])
    expect(hits).toMatchObject({ totalHits: maxHitCount, isSaturated: true })
  })

  test('names of the prototype are symbols like any other', () => {
    const hits = new HitAggregate({ maxSymbols: 9 })
    for (const symbolId of ['__proto__', 'constructor', '__proto__']) hits.add({ symbolId, hitCount: 1 })
    expect(hits.toHits()).toEqual([
      { symbolId: '__proto__', hitCount: 2 },
      { symbolId: 'constructor', hitCount: 1 },
    ])
  })

  test('one distinct symbol too many is refused, a known one never', () => {
    const hits = new HitAggregate({ maxSymbols: 2 })
    for (const symbolId of ['a', 'b', 'a']) hits.add({ symbolId, hitCount: 1 })
    expect(() => hits.add({ symbolId: 'c', hitCount: 1 })).toThrow(expect.objectContaining({ code: 'BATCH_TOO_LARGE' }))
  })

  test('its hits are bounded as JSON too, however few symbols have the long values', () => {
    const hits = new HitAggregate({ maxSymbols: 9, maxBytes: 100_000 })
    const fill = (): void => {
      for (let place = 0; place < 1000; place += 1) {
        hits.add({ symbolId: 'a', hitCount: 1, purl: `${place % 30}${'"'.repeat(4000)}` })
      }
    }
    expect(fill).toThrow(expect.objectContaining({ code: 'BATCH_TOO_LARGE' }))
  })

  test('what counts as the length of its hits is never less than their canonical JSON', () => {
    const events = Array.from({ length: 300 }, (_, place) => ({
      symbolId: `${place % 3}é"\\\u2028\u{1f600}`,
      hitCount: Number.MAX_SAFE_INTEGER,
      observedAt: '2026-11-20T12:00:00.000Z',
      codeId: `"${place % 40}`,
      purl: `é${place % 7}`,
    }))
    const roomy = new HitAggregate({ maxSymbols: 9 })
    for (const event of events) roomy.add(event)
    const length = canonicalBytes(roomy.toHits()).byteLength
    const tight = new HitAggregate({ maxSymbols: 9, maxBytes: length - 1 })
    expect(() => {
      for (const event of events) tight.add(event)
    }).toThrow(expect.objectContaining({ code: 'BATCH_TOO_LARGE' }))
    const ample = new HitAggregate({ maxSymbols: 9, maxBytes: length + 3 * 160 })
    for (const event of events) ample.add(event)
    expect(ample.toHits()).toEqual(roomy.toHits())
  })
})
