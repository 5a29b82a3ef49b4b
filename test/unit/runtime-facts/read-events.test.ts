import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Violation } from '../../../src/errors.ts'
import type { ReadEvent } from '../../../src/runtime-facts/read-event.ts'
import { readEvents } from '../../../src/runtime-facts/read-events.ts'
import type { RuntimeEvent } from '../../../src/runtime-facts/runtime-event.ts'
import { chunksOf } from '../../support/runtime-ingest.ts'

interface HostileCase {
  readonly title: string
  readonly input?: string
  readonly inputBase64?: string
  readonly refused: {
    readonly code: string
    readonly line: number
    readonly pointer?: string
    readonly byteOffset: number
  }
}

const fixture = resolve(import.meta.dirname, '../../../fixtures/hostile/runtime-facts.json')
const hostileCases: HostileCase[] = JSON.parse(readFileSync(fixture, 'utf8'))

const limits = { maxLineBytes: 64 * 1024, maxDepth: 64 }

async function readAll(...parts: (string | Uint8Array)[]): Promise<ReadEvent[]> {
  return (await Array.fromAsync(readEvents(limits, chunksOf(...parts)))).flat()
}

function eventsOf(read: readonly ReadEvent[]): RuntimeEvent[] {
  return read.flatMap((found) => ('event' in found ? [found.event] : []))
}

function violationsOf(read: readonly ReadEvent[]): Violation[] {
  return read.flatMap((found) => ('violation' in found ? [found.violation] : []))
}

describe('a hostile event is refused alone, with its code and place', () => {
  test.each(hostileCases)('$title', async ({ input, inputBase64, refused }) => {
    const bytes = input === undefined ? Buffer.from(inputBase64 ?? '', 'base64') : Buffer.from(input)
    const read = await readAll(bytes)
    expect(violationsOf(read)).toEqual([expect.objectContaining(refused)])
    expect(eventsOf(read).map(({ symbolId }) => symbolId)).toEqual(['good', 'good'])
    // However the body is cut, the answer is the same.
    expect(await readAll(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(read)
  })
})

describe('lines', () => {
  test('a body of blank lines and a byte order mark has no event', async () => {
    expect(await readAll('\ufeff\n \r\n\t\n')).toEqual([])
    expect(await readAll('')).toEqual([])
    expect(await readAll('\n \r')).toEqual([])
  })

  test('a blank line is one of spaces, not one of other invisible characters', async () => {
    const [violation] = violationsOf(await readAll('\u00a0\n'))
    expect(violation?.code).toBe('JSON_MALFORMED')
  })

  test('a line that is too long is refused with the beginning of its text, and the next one is read', async () => {
    const long = `{"symbolId":"${'a'.repeat(limits.maxLineBytes)}"}`
    const read = await readAll(long, '\n{"symbolId":"good"}')
    const [violation] = violationsOf(read)
    expect(violation).toEqual(expect.objectContaining({ code: 'LINE_TOO_LONG', line: 1, byteOffset: 0 }))
    expect(read[0]).toHaveProperty('text', long.slice(0, 1024))
    expect(eventsOf(read)).toHaveLength(1)
  })

  test('a line of a gibibyte costs no more memory than one that is just too long', async () => {
    const block = Buffer.alloc(1024 * 1024, 'a')
    let asked = 0
    async function* endless(): AsyncGenerator<Buffer> {
      for (; asked < 1024; asked += 1) yield block
    }
    const before = process.memoryUsage().rss
    const read = (await Array.fromAsync(readEvents(limits, endless()))).flat()
    expect(asked).toBe(1024)
    expect(violationsOf(read).map(({ code }) => code)).toEqual(['LINE_TOO_LONG'])
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
  })

  test('a long run of spaces is not held back to find out what comes after it', async () => {
    let held = 0
    async function* spaces(): AsyncGenerator<Buffer> {
      for (; held < 64; held += 1) yield Buffer.alloc(1024 * 16, ' \n')
      yield Buffer.from('{"symbolId":"late"}')
    }
    const read = readEvents(limits, spaces())
    await read.next()
    expect(held).toBeLessThan(16)
    expect(eventsOf((await Array.fromAsync(read)).flat())).toHaveLength(1)
  })
})

describe('an array', () => {
  test('is read as events, also behind spaces and a byte order mark', async () => {
    const read = await readAll('\ufeff \n[{"symbol_id":"a"},', '{"symbolId":"b"}]\n')
    expect(eventsOf(read).map(({ symbolId }) => symbolId)).toEqual(['a', 'b'])
  })

  test('that is empty has no event', async () => {
    expect(await readAll(' [ ] ')).toEqual([])
  })

  test('has its bad elements refused alone: one that is too long, one that is no UTF-8', async () => {
    const long = `{"symbolId":"${'a'.repeat(limits.maxLineBytes)}"}`
    const parts = ['[{"symbolId":"a"},', long, ',', Buffer.from('{"symbolId":"\xff"}', 'latin1'), ',{"symbolId":"b"}]']
    const read = await readAll(...parts)
    expect(eventsOf(read).map(({ symbolId }) => symbolId)).toEqual(['a', 'b'])
    expect(violationsOf(read)).toEqual([
      expect.objectContaining({ code: 'LINE_TOO_LONG', line: 2, pointer: '/1', byteOffset: 18 }),
      expect.objectContaining({ code: 'JSON_INVALID_UTF8', line: 3, pointer: '/2', byteOffset: 19 + long.length }),
    ])
    const whole = Buffer.concat(parts.map((part) => Buffer.from(part)))
    expect(await readAll(whole)).toEqual(read)
  })

  test.each(['[{"symbolId":"a"}', '[{"symbolId":"a"},]', '[{"symbolId":"a"}] []', '[{"symbolId":"a"}}'])(
    'that is broken is refused whole: %s',
    async (text) => {
      await expect(readAll(text)).rejects.toMatchObject({ code: 'ARRAY_MALFORMED' })
    },
  )
})

test('a reader that stops early closes the body', async () => {
  let isClosed = false
  async function* body(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.from('{"symbolId":"a"}\n')
    } finally {
      isClosed = true
    }
  }
  for await (const _ of readEvents(limits, body())) break
  expect(isClosed).toBe(true)
})
