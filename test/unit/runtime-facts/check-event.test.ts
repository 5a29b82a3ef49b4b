import { describe, expect, test } from 'vitest'
import { type CheckedEvent, checkEvent } from '../../../src/runtime-facts/check-event.ts'

function eventOf(value: unknown) {
  const checked: CheckedEvent = checkEvent(value)
  if ('violation' in checked) throw new Error(`refused: ${checked.violation.message}`)
  // What is written to the trace: members that are undefined are not there.
  return JSON.parse(JSON.stringify(checked.event))
}

function violationOf(value: unknown) {
  const checked: CheckedEvent = checkEvent(value)
  return 'violation' in checked ? checked.violation : undefined
}

const full = {
  symbolId: 'pkg.fn',
  codeId: 'code',
  purl: 'pkg:npm/a@1',
  buildId: 'build',
  loaderBase: '0x7f00',
  processId: '12',
  processName: 'node',
  socketAddress: '10.0.0.1:80',
  containerId: 'container',
  evidenceUri: 'cas://artifacts/aa',
  hitCount: 4,
  observedAt: '2026-11-20T12:00:00.000Z',
  metadata: { k: 'v' },
}

describe('the spellings of an event', () => {
  test('camelCase, snake_case and a mixture are one event, and one line of the trace', () => {
    const snake = {
      metadata: { k: 'v' },
      observed_at: '2026-11-20T13:00:00.0009+01:00',
      hit_count: 4,
      cas_uri: 'cas://artifacts/aa',
      container_id: 'container',
      socket_address: '10.0.0.1:80',
      process_name: 'node',
      process_id: 12,
      loader_base: '0x7f00',
      build_id: 'build',
      purl: 'pkg:npm/a@1',
      code_id: 'code',
      symbol_id: 'pkg.fn',
    }
    const mixed = { ...snake, symbol_id: null, symbolId: full.symbolId, code_id: null, codeId: full.codeId }
    const lines = [full, snake, mixed].map((said) => {
      const checked = checkEvent(said)
      return JSON.stringify('event' in checked ? checked.event : checked)
    })
    expect(new Set(lines).size).toBe(1)
    expect(JSON.parse(lines[0] ?? '')).toEqual(full)
  })

  test.each(['symbol_Id', 'SYMBOLID', 'Symbol_id', 'toString', 'constructor', 'hasOwnProperty'])(
    'an unknown member is ignored, even %s',
    (name) => {
      expect(eventOf({ symbolId: 'a', [name]: { any: ['thing'] } })).toEqual({ symbolId: 'a', hitCount: 1 })
    },
  )

  test('null in one spelling does not count as said', () => {
    expect(eventOf({ symbolId: null, symbol_id: 'a', hitCount: null })).toEqual({ symbolId: 'a', hitCount: 1 })
  })
})

describe('the values of an event', () => {
  test('names are trimmed and NFC, and empty ones are absent', () => {
    expect(eventOf({ symbolId: '\u00a0 e\u0301 x\t', purl: '', codeId: ' \n ' })).toEqual({
      symbolId: 'é x',
      hitCount: 1,
    })
  })

  test('a name of 4,096 characters passes, plain or not', () => {
    expect(eventOf({ symbolId: 'a'.repeat(4096) }).symbolId).toHaveLength(4096)
    expect(eventOf({ symbolId: `${'é'.repeat(4096)}  ` }).symbolId).toHaveLength(4096)
    expect(eventOf({ symbolId: 'e\u0301'.repeat(4096) }).symbolId).toHaveLength(4096)
    expect(violationOf({ symbolId: 'é'.repeat(4097) })).toMatchObject({ code: 'FIELD_TOO_LONG' })
  })

  test('case and inner spaces are kept', () => {
    expect(eventOf({ symbolId: 'A  b' }).symbolId).toBe('A  b')
  })

  test.each([
    [1, 1],
    [1.0, 1],
    [1e3, 1000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('%d hits are %d', (said, kept) => {
    expect(eventOf({ symbolId: 'a', hitCount: said }).hitCount).toBe(kept)
  })

  test.each([
    [0, '0'],
    [4242, '4242'],
    ['4242', '4242'],
    [' 0x10 ', '0x10'],
  ])('a process id %o is kept as text', (said, kept) => {
    expect(eventOf({ symbolId: 'a', processId: said }).processId).toBe(kept)
  })

  test('metadata: null values are absent, keys are in ordinal order, and an empty map is none', () => {
    const event = eventOf({ symbolId: 'a', metadata: { b: '2', gone: null, B: '1' } })
    expect(JSON.stringify(event.metadata)).toBe('{"B":"1","b":"2"}')
    expect(eventOf({ symbolId: 'a', metadata: { gone: null } })).not.toHaveProperty('metadata')
  })

  test('metadata of 64 keys of 128 with values of 1,024 characters passes', () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 64 }, (_, place) => [String(place).padStart(128, 'k'), 'v'.repeat(1024)]),
    )
    expect(eventOf({ symbolId: 'a', metadata }).metadata).toEqual(metadata)
  })

  test('half a surrogate pair is refused wherever it stands, since it could not be hashed', () => {
    for (const hostile of [
      { symbolId: '\ud800' },
      { symbolId: 'a', purl: 'x\udc00' },
      { symbolId: 'a', metadata: { k: '\ud800' } },
      { symbolId: 'a', metadata: { '\ud800': 'v' } },
    ]) {
      expect(violationOf(hostile)).toMatchObject({ code: 'FIELD_CHARACTER_INVALID' })
    }
  })
})
