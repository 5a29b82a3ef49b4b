import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { bodyStream, streamedBodies, strictJsonBodies } from '../../src/http/body-parsers.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { jsonProblems } from '../../src/lib/strict-json.ts'

const apps: HttpServer[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

const maxBytes = 100_000

async function echo(): Promise<HttpServer> {
  const app = createHttpServer({ problems: { ...httpProblems, ...jsonProblems } })
  apps.push(app)
  await app.register(async (scope: HttpServer) => {
    streamedBodies(scope, { maxBytes })
    scope.post('/stream', async (request) => {
      const chunks: Buffer[] = []
      for await (const chunk of bodyStream(request)) chunks.push(chunk)
      return { text: Buffer.concat(chunks).toString() }
    })
  })
  await app.register(async (scope: HttpServer) => {
    strictJsonBodies(scope, { maxBytes })
    scope.post('/json', async ({ body }) => ({ body }))
  })
  return app
}

const compress = {
  gzip: (text: string | Buffer) => gzipSync(text),
  zstd: (text: string | Buffer) => zstdCompressSync(text),
  br: (text: string | Buffer) => brotliCompressSync(text),
}
const encodings = Object.keys(compress) as (keyof typeof compress)[]

async function post(app: HttpServer, path: string, payload: Buffer | string, headers: Record<string, string> = {}) {
  const response = await app.inject({ method: 'POST', url: path, payload, headers })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>(), headers: response.headers }
}

describe.each(encodings)('a %s body', (encoding) => {
  const headers = { 'content-encoding': encoding, 'content-type': 'application/json' }
  const text = JSON.stringify({ words: 'reachable '.repeat(5_000) })

  test('is inflated on both kinds of route', async () => {
    const app = await echo()
    expect(await post(app, '/stream', compress[encoding](text), headers)).toMatchObject({ status: 200, body: { text } })
    expect(await post(app, '/json', compress[encoding](text), headers)).toMatchObject({
      body: { body: JSON.parse(text) },
    })
  })

  test('is refused wherever it is cut', async () => {
    const app = await echo()
    const whole = compress[encoding]('a short text, cut at every byte')
    for (let length = 1; length < whole.length; length++) {
      const answer = await post(app, '/stream', whole.subarray(0, length), headers)
      expect({ length, ...answer }).toMatchObject({ length, status: 400, body: { code: 'BODY_CORRUPT' } })
    }
  })

  test.each(['junk', '\0', '\0\0\0\0\0\0\0\0', '\x1f', '\x28\xb5\x2f'])(
    'is refused with %j behind it',
    async (junk) => {
      const app = await echo()
      const body = Buffer.concat([compress[encoding](text), Buffer.from(junk, 'latin1')])
      expect(await post(app, '/stream', body, headers)).toMatchObject({ status: 400, body: { code: 'BODY_CORRUPT' } })
    },
  )

  test('is refused when a byte of it is wrong, or read as it was', async () => {
    const app = await echo()
    const whole = compress[encoding](text)
    for (let position = 0; position < whole.length; position += 7) {
      const bent = Buffer.from(whole)
      bent[position] = bent[position]! ^ 0x55
      const { status } = await post(app, '/stream', bent, headers)
      expect([200, 400, 413]).toContain(status)
    }
  })

  test('that inflates beyond the limit is 413, and stops being inflated there', async () => {
    const app = await echo()
    const bomb = compress[encoding](Buffer.alloc(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(maxBytes)
    expect(await post(app, '/stream', bomb, headers)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
    expect(await post(app, '/json', bomb, headers)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
  })

  test('of exactly the limit is read, of a byte more is 413', async () => {
    const app = await echo()
    expect(await post(app, '/stream', compress[encoding]('x'.repeat(maxBytes)), headers)).toMatchObject({ status: 200 })
    expect(await post(app, '/stream', compress[encoding]('x'.repeat(maxBytes + 1)), headers)).toMatchObject({
      status: 413,
    })
  })
})

describe('bodies of several parts', () => {
  const parts = ['first ', 'second ', '', 'third']

  test.each(['gzip', 'zstd'] as const)('%s frames are read to the last, however they arrive', async (encoding) => {
    const whole = Buffer.concat(parts.map(compress[encoding]))
    const { inflate } = await import('../../src/http/inflate.ts')
    for (let size = 1; size <= whole.length; size++) {
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.subarray(index * size, (index + 1) * size),
      )
      expect((await Array.fromAsync(inflate(encoding, asyncOf(chunks)))).join('')).toBe('first second third')
    }
  })

  test.each(['gzip', 'zstd'] as const)(
    'a %s body whose last frame is cut is refused, however it arrives',
    async (encoding) => {
      const whole = Buffer.concat(parts.map(compress[encoding])).subarray(0, -2)
      const { inflate } = await import('../../src/http/inflate.ts')
      for (let size = 1; size <= whole.length; size++) {
        const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
          whole.subarray(index * size, (index + 1) * size),
        )
        await expect(Array.fromAsync(inflate(encoding, asyncOf(chunks)))).rejects.toMatchObject({
          code: 'BODY_CORRUPT',
        })
      }
    },
  )

  test('large zstd frames one after another come out whole', async () => {
    const app = await echo()
    const part = Array.from({ length: 3_000 }, (_, index) => `line ${index} ${index * 7919}`).join('\n')
    const body = Buffer.concat([compress.zstd(part.slice(0, 30_000)), compress.zstd(part.slice(30_000))])
    expect(await post(app, '/stream', body, { 'content-encoding': 'zstd' })).toMatchObject({ body: { text: part } })
  })

  test('a skippable zstd frame is skipped', async () => {
    const app = await echo()
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    const body = Buffer.concat([skippable, compress.zstd('one '), skippable, compress.zstd('two')])
    expect(await post(app, '/stream', body, { 'content-encoding': 'zstd' })).toMatchObject({
      body: { text: 'one two' },
    })
  })

  test('frames that inflate to nothing are bounded by their own length', async () => {
    const app = await echo()
    const empty = gzipSync('')
    const body = Buffer.concat(Array.from({ length: 10_000 }, () => empty))
    expect(await post(app, '/stream', body, { 'content-encoding': 'gzip' })).toMatchObject({ status: 413 })
  })
})

describe('what the headers say', () => {
  test.each(['deflate', 'gzip, gzip', 'gzip,zstd', 'zlib', 'x'])('content-encoding %j is 415', async (encoding) => {
    const app = await echo()
    const answer = await post(app, '/stream', 'x', { 'content-encoding': encoding })
    expect(answer).toMatchObject({ status: 415, body: { code: 'CONTENT_ENCODING_UNSUPPORTED' } })
    expect(answer.headers['accept-encoding']).toBe('gzip, zstd, br')
  })

  test('identity, and any case, are understood', async () => {
    const app = await echo()
    expect(await post(app, '/stream', 'x', { 'content-encoding': 'identity' })).toMatchObject({ body: { text: 'x' } })
    expect(await post(app, '/stream', gzipSync('x'), { 'content-encoding': 'GZIP' })).toMatchObject({
      body: { text: 'x' },
    })
  })

  test('a content-length that is too long or too short is 400', async () => {
    const app = await echo()
    for (const length of ['2', '4']) {
      const answer = await post(app, '/stream', 'abc', { 'content-length': length })
      expect(answer).toMatchObject({ status: 400, body: { code: 'BODY_INCOMPLETE' } })
    }
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data'])(
    'a JSON route answers %s with 415, before it looks at size or syntax',
    async (type) => {
      const app = await echo()
      const answer = await post(app, '/json', '{'.repeat(maxBytes + 1), { 'content-type': type })
      expect(answer).toMatchObject({ status: 415, body: { code: 'CONTENT_TYPE_UNSUPPORTED' } })
    },
  )

  test.each(['application/json; charset=utf-8', 'application/vnd.signals+json', 'Application/JSON'])(
    'a JSON route takes %s',
    async (type) => {
      const app = await echo()
      expect(await post(app, '/json', '[1]', { 'content-type': type })).toMatchObject({ body: { body: [1] } })
    },
  )
})

describe('strict JSON', () => {
  const headers = { 'content-type': 'application/json' }

  test('a member that is null is absent, at any depth; a null in a list stays', async () => {
    const app = await echo()
    const answer = await post(app, '/json', '{"a":null,"b":[null,{"c":null,"d":1}]}', headers)
    expect(answer.body).toEqual({ body: { b: [null, { d: 1 }] } })
  })

  test('a fault is told with code, pointer and byte offset', async () => {
    const app = await echo()
    const answer = await post(app, '/json', '{"a":{"b":1,"b":2}}', headers)
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'JSON_DUPLICATE_MEMBER', errors: [{ pointer: '/a/b', byteOffset: 12 }] },
    })
  })

  test('no bytes are no document', async () => {
    const app = await echo()
    expect((await post(app, '/json', '', headers)).body).toEqual({})
  })
})

async function* asyncOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}
