import { Readable } from 'node:stream'
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph, smallGraph } from '../support/posted-graph.ts'
import { rawRequest } from '../support/raw-request.ts'
import { expectRefusal, type Refusal } from '../support/refusals.ts'

const compress = { gzip: gzipSync, zstd: zstdCompressSync, br: brotliCompressSync }
const encodings = ['gzip', 'zstd', 'br'] as const
const mebibyte = 1024 * 1024
const bombs = {
  gzip: gzipSync(Buffer.alloc(16 * mebibyte, ' ')),
  zstd: zstdCompressSync(Buffer.alloc(16 * mebibyte, ' ')),
  br: brotliCompressSync(Buffer.alloc(16 * mebibyte, ' '), { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
}

let built: BuiltApp
let port: number
let graph: string

beforeAll(async () => {
  built = await openApp({ limits: { rawBodyBytes: 8 * mebibyte, jsonBodyBytes: 4 * mebibyte } })
  graph = await postGraph(built, { scanId: 's1', target: 'b' })
  port = (await built.listen()).port
})
afterAll(() => built[Symbol.asyncDispose]())

interface Way {
  readonly name: string
  readonly url: () => string
  readonly body: () => string
  readonly type?: string
}

/** Every way in which a body may come, with one that would be taken. */
const ways: readonly Way[] = [
  {
    name: 'a raw graph',
    url: () => '/signals/callgraphs?language=node&component=shop&version=1',
    body: () => smallGraph,
  },
  {
    name: 'a graph in its envelope',
    url: () => '/signals/callgraphs',
    type: 'application/json',
    body: () => {
      const artifactContentBase64 = Buffer.from(smallGraph).toString('base64')
      return JSON.stringify({ language: 'node', component: 'shop', version: '1', artifactContentBase64 })
    },
  },
  {
    name: 'runtime facts',
    url: () => '/signals/runtime-facts',
    type: 'application/json',
    body: () => JSON.stringify({ subject: { scanId: 's2' }, callgraphId: graph, events: [{ symbolId: 'a' }] }),
  },
  {
    name: 'a stream of runtime facts',
    url: () => `/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=s2`,
    body: () => '{"symbolId":"a"}\n{"symbolId":"b"}\n',
  },
  {
    name: 'a recompute',
    url: () => '/signals/reachability/recompute',
    type: 'application/json',
    body: () => JSON.stringify({ subject: { scanId: 's1' }, targets: ['b'] }),
  },
  {
    name: 'unknowns',
    url: () => '/signals/unknowns',
    type: 'application/json',
    body: () => JSON.stringify({ subject: { scanId: 's1' }, callgraphId: graph, unknowns: [{ symbolId: 'x' }] }),
  },
]

function headersOf({ type }: Way, encoding?: string): Record<string, string> {
  return { ...(type && { 'content-type': type }), ...(encoding && { 'content-encoding': encoding }) }
}

const corrupt: Refusal = { title: '', status: 400, code: 'BODY_CORRUPT' }
const tooLarge: Refusal = { title: '', status: 413, code: 'BODY_TOO_LARGE' }

describe.each(ways)('$name', (way) => {
  test.each(encodings)('compressed with %s is refused wherever it is cut, and leaves nothing', async (encoding) => {
    const whole = compress[encoding](way.body())
    const before = await built.stored()
    for (let length = 1; length < whole.length; length++) {
      const cut = whole.subarray(0, length)
      const answer = await built.ask(way.url(), { body: cut, headers: headersOf(way, encoding) })
      expect({ length, status: answer.status, code: answer.body['code'] }).toEqual({
        length,
        status: 400,
        code: 'BODY_CORRUPT',
      })
    }
    expect(await built.stored()).toEqual(before)
  })

  test.each(encodings)('compressed with %s is refused with junk behind it', async (encoding) => {
    for (const junk of ['junk', '\0', '\0\0\0\0\0\0\0\0', '\x1f\x8b', '(\xb5/\xfd']) {
      const body = Buffer.concat([compress[encoding](way.body()), Buffer.from(junk, 'latin1')])
      await expectRefusal(built, corrupt, { url: way.url(), body, headers: headersOf(way, encoding) })
    }
  })

  test.each(encodings)('that is a bomb of %s is refused once it is too large', async (encoding) => {
    const bomb = bombs[encoding]
    expect(bomb.length).toBeLessThan(64 * 1024)
    await expectRefusal(built, tooLarge, { url: way.url(), body: bomb, headers: headersOf(way, encoding) })
  })

  test.each(['deflate', 'gzip, gzip', 'gzip,br', 'compress', 'x-gzip2', 'identity, gzip'])(
    'in the encoding %j is refused, and told which ones are read',
    async (encoding) => {
      const row = { title: '', status: 415, code: 'CONTENT_ENCODING_UNSUPPORTED' }
      const request = { url: way.url(), body: way.body(), headers: headersOf(way, encoding) }
      const { headers } = await expectRefusal(built, row, request)
      expect(headers['accept-encoding']).toBe('gzip, zstd, br')
    },
  )

  test('that says it is compressed and is not is refused', async () => {
    for (const encoding of encodings) {
      await expectRefusal(built, corrupt, { url: way.url(), body: way.body(), headers: headersOf(way, encoding) })
    }
  })

  test('in two frames, or in one, is the same', async () => {
    const text = way.body()
    const half = Math.floor(text.length / 2)
    for (const encoding of ['gzip', 'zstd'] as const) {
      const body = Buffer.concat([text.slice(0, half), '', text.slice(half)].map((part) => compress[encoding](part)))
      const { status } = await built.ask(way.url(), { body, headers: headersOf(way, encoding) })
      expect(status).toBe(202)
    }
    await built.settled()
  })

  test('whose length is not what content-length says is refused, and leaves nothing', async () => {
    const body = way.body()
    const before = await built.stored()
    const type = way.type ? `content-type: ${way.type}\r\n` : ''
    const head = (length: string) =>
      `POST ${way.url()} HTTP/1.1\r\nhost: x\r\n${type}connection: close\r\ncontent-length: ${length}\r\n\r\n`
    // Without an end to wait for, the half that came is all there is to tell.
    const short = await rawRequest(port, [head(String(body.length + 5)), body])
    expect([400, undefined]).toContain(short.status)
    for (const length of ['-1', '1e3', '0x10', 'five', '5, 6']) {
      expect((await rawRequest(port, [head(length), body])).status).toBe(400)
    }
    await vi.waitFor(async () => expect(await built.stored()).toEqual(before), { timeout: 10_000 })
  })

  test('that breaks off in the middle of a chunk leaves nothing', async () => {
    const before = await built.stored()
    const type = way.type ? `content-type: ${way.type}\r\n` : ''
    const head = `POST ${way.url()} HTTP/1.1\r\nhost: x\r\n${type}transfer-encoding: chunked\r\n\r\n`
    const half = way.body().slice(0, 10)
    for (const chunk of [`${(50).toString(16)}\r\n${half}`, `${half.length.toString(16)}\r\n${half}\r\n`, 'zz\r\n']) {
      const { status } = await rawRequest(port, [head, chunk])
      expect([400, undefined]).toContain(status)
    }
    await vi.waitFor(async () => expect(await built.stored()).toEqual(before), { timeout: 10_000 })
  })

  test('too long by its own word is refused before it is sent', async () => {
    const type = way.type ? `content-type: ${way.type}\r\n` : ''
    const head = `POST ${way.url()} HTTP/1.1\r\nhost: x\r\n${type}connection: close\r\ncontent-length: 99999999999\r\n\r\n`
    const { status, problem } = await rawRequest(port, [head])
    expect({ status, code: problem['code'] }).toEqual({ status: 413, code: 'BODY_TOO_LARGE' })
  })
})

test('length and chunks at once are refused, so that no proxy reads another request than we do', async () => {
  const head =
    'POST /signals/runtime-facts HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'
  expect((await rawRequest(port, [head, '0\r\n\r\n'])).status).toBe(400)
})

describe('a bomb', () => {
  const streams = {
    gzip: () => createGzip(),
    zstd: () => createZstdCompress(),
    br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  }

  async function bombOf(encoding: keyof typeof streams, mebibytes: number): Promise<Buffer> {
    const block = Buffer.alloc(mebibyte, ' ')
    const blocks = Readable.from(Array.from({ length: mebibytes }, () => block))
    return Buffer.concat(await Array.fromAsync(blocks.pipe(streams[encoding]())))
  }

  test.each([
    ['zstd', 1024],
    ['gzip', 128],
    ['br', 128],
  ] as const)(
    'of %s that inflates to %i MiB costs little memory, refused or read to its end',
    async (encoding, size) => {
      const bomb = await bombOf(encoding, size)
      expect(bomb.length).toBeLessThan(mebibyte)
      await using roomy = await openApp({ limits: { rawBodyBytes: 1025 * mebibyte } })
      const callgraphId = await postGraph(roomy)
      const url = `/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=s1`
      const before = await roomy.stored()
      const residentBefore = process.memoryUsage.rss()
      let peak = 0
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss())
      }, 20)
      const headers = { 'content-encoding': encoding }
      // One line that never ends: it is read to its last byte, and no more of it is kept than a line may have.
      const read = await roomy.ask(url, { body: bomb, headers })
      const refused = await built.ask(url, { body: bomb, headers })
      clearInterval(watch)
      expect({ status: read.status, code: read.body['code'] }).toEqual({ status: 400, code: 'LINE_TOO_LONG' })
      expect({ status: refused.status, code: refused.body['code'] }).toEqual({ status: 413, code: 'BODY_TOO_LARGE' })
      expect(peak).toBeGreaterThan(0)
      expect(peak - residentBefore).toBeLessThan(256 * mebibyte)
      expect(await roomy.stored()).toEqual(before)
    },
  )

  test('that is nothing but empty lines is read to its end, and holds no fact', async () => {
    const bomb = gzipSync(Buffer.alloc(7 * mebibyte, '\n'))
    const url = `/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=s1`
    const row = { title: '', status: 400, code: 'RUNTIME_FACTS_EMPTY' }
    await expectRefusal(built, row, { url, body: bomb, headers: { 'content-encoding': 'gzip' } })
  })

  test('in one line is held to the length of a line', async () => {
    const bomb = gzipSync(
      Buffer.concat([Buffer.from('{"symbolId":"'), Buffer.alloc(6 * mebibyte, 'x'), Buffer.from('"}')]),
    )
    const url = `/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=s1`
    const row = { title: '', status: 400, code: 'LINE_TOO_LONG', place: { line: 1, byteOffset: 0 } }
    await expectRefusal(built, row, { url, body: bomb, headers: { 'content-encoding': 'gzip' } })
  })
})
