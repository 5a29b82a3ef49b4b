import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonEvent, JsonSplitError, pointerOf } from '../../../src/lib/json-piece.ts'
import { splitJson } from '../../../src/lib/json-splitter.ts'

async function* from(...chunks: (string | Buffer)[]) {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

async function eventsOf(chunks: AsyncIterable<Buffer>, levels = 2, maxPieceBytes = 1000): Promise<JsonEvent[]> {
  const events: JsonEvent[] = []
  const opens = (path: readonly unknown[]) => path.length < levels
  for await (const batch of splitJson(chunks, { maxPieceBytes, opens })) events.push(...batch)
  return events
}

/** What was told, in the form "pointer text". */
async function told(chunks: AsyncIterable<Buffer>, levels?: number): Promise<string[]> {
  const events = await eventsOf(chunks, levels)
  return events.map((event) =>
    event.kind === 'open'
      ? `open ${event.container.kind} ${event.container.path.join('/')}`
      : `${pointerOf(event)} ${event.bytes.toString()}`,
  )
}

async function failureOf(text: string | Buffer, maxPieceBytes = 1000): Promise<JsonSplitError> {
  const caught = await eventsOf(from(text), 2, maxPieceBytes).catch((error: unknown) => error)
  if (!(caught instanceof JsonSplitError)) throw new TypeError(`no refusal of ${text.toString()}`)
  return caught
}

test('elements of a top-level array are told one by one', async () => {
  expect(await told(from(' [ {"a":[1,2]} , "x\\"],", -1.5e3 ,null,[] ] '), 1)).toEqual([
    'open array ',
    '/0 {"a":[1,2]}',
    '/1 "x\\"],"',
    '/2 -1.5e3',
    '/3 null',
    '/4 []',
  ])
})

test('members of a top-level object and the elements of its members are told one by one, empty ones by their opening', async () => {
  expect(await told(from('{"nodes":["a",{"id":"]"}],"edges":[],"meta":{"x~/y":{}},"n":1}'))).toEqual([
    'open object ',
    'open array nodes',
    '/nodes/0 "a"',
    '/nodes/1 {"id":"]"}',
    'open array edges',
    'open object meta',
    '/meta/x~0~1y {}',
    '/n 1',
  ])
})

test('a root that is not opened, or is no container, is one piece', async () => {
  expect(await told(from('{"a":1}'), 0)).toEqual([' {"a":1}'])
  expect(await told(from('  42'))).toEqual([' 42'])
})

test('offsets are those of the whole input', async () => {
  const [, first, second] = await eventsOf(from('\uFEFF[1', '2, ', '"é"]'), 1)
  expect(first).toMatchObject({ byteOffset: 4, key: 0 })
  expect(second).toMatchObject({ byteOffset: 8, key: 1 })
})

test('names are unescaped before they are told', async () => {
  expect(await told(from('{"\\u0061\\"":1}'))).toEqual(['open object ', '/a" 1'])
})

test.each([
  ['', 0],
  ['[1,2', 4],
  ['{"a"', 4],
  ['{"a":"b', 7],
  ['[1,]', 3],
  ['[,1]', 1],
  ['[1 2]', 3],
  ['{"a" 1}', 5],
  ['{a:1}', 1],
  ['{"a":1,}', 7],
  ['[1]]', 3],
  ['[1] x', 4],
  ['[1}', 2],
  ['{"a":1]', 6],
  ['{"\\x":1}', 1],
])('malformed JSON %j is refused with its place', async (text, byteOffset) => {
  expect(await failureOf(text)).toMatchObject({ reason: 'syntax', byteOffset })
})

test('broken UTF-8 is refused at the piece that has it', async () => {
  const text = Buffer.concat([Buffer.from('["ok","'), Buffer.from([0xc3, 0x28]), Buffer.from('"]')])
  expect(await failureOf(text)).toMatchObject({ reason: 'syntax', byteOffset: 6 })
})

test('a piece that is too long is refused before it is held, also when it never ends', async () => {
  expect(await failureOf(`[1,"${'x'.repeat(20)}"]`, 16)).toMatchObject({ reason: 'too-long', byteOffset: 3 })
  expect(await failureOf(`[[${'['.repeat(40)}`, 16)).toMatchObject({ reason: 'too-long', byteOffset: 2 })
})

test('any JSON document, in any formatting and any chunks, comes back whole', async () => {
  const document = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.array(fc.jsonValue())))
  await fc.assert(
    fc.asyncProperty(document, fc.nat(3), fc.array(fc.nat(300), { maxLength: 9 }), async (value, indent, cuts) => {
      const bytes = Buffer.from(JSON.stringify(value, undefined, indent))
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((end, position) => bytes.subarray(places[position], end))
      const whole = await eventsOf(from(bytes), 2, 100_000)
      expect(await eventsOf(from(...pieces), 2, 100_000)).toEqual(whole)
      expect(rebuilt(whole)).toEqual(JSON.parse(bytes.toString()))
    }),
    { numRuns: 300 },
  )
})

function rebuilt(events: JsonEvent[]): unknown {
  const values = new Map<string, Record<string, unknown> | unknown[]>()
  const put = (path: readonly (string | number)[], value: unknown) => {
    const parent = values.get(JSON.stringify(path.slice(0, -1)))
    const key = path.at(-1)
    if (parent && key !== undefined)
      Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true })
  }
  for (const event of events) {
    if (event.kind === 'open') {
      const { path, kind } = event.container
      const opened = kind === 'array' ? [] : {}
      put(path, opened)
      values.set(JSON.stringify(path), opened)
    } else put([...(event.container?.path ?? []), event.key ?? ''], JSON.parse(event.bytes.toString()))
  }
  return values.get('[]')
}
