import { type AddressInfo, connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ServiceError } from '../../src/errors.ts'
import { bodyStream, streamedBodies, strictJsonBodies } from '../../src/http/body-parsers.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { jsonProblems } from '../../src/lib/strict-json.ts'
import { rawRequest } from '../support/raw-request.ts'

const testProblems = {
  TEAPOT: { status: 418, title: 'It is a teapot' },
  STORE_AWAY: { status: 503, title: 'The store is away', retryable: true },
  COLD: { status: 404, title: 'Not there yet', retryable: true },
} as const

const apps: HttpServer[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

function server(routes: (app: HttpServer) => void = () => undefined): HttpServer {
  const app = createHttpServer({ problems: { ...httpProblems, ...jsonProblems, ...testProblems } })
  apps.push(app)
  routes(app)
  return app
}

function throwing(error: unknown): HttpServer {
  return server((app) => app.get('/broken', async () => Promise.reject(error)))
}

test('a domain error is a problem document with every member a client reads', async () => {
  const app = throwing(
    new ServiceError('TEAPOT', 'short and stout', {
      violations: [{ code: 'spout', message: 'is missing', pointer: '/spout' }],
      members: { formats: ['tea'] },
      headers: { 'x-tea': 'green' },
    }),
  )
  const response = await app.inject({ url: '/broken?x=1', headers: { 'x-correlation-id': 'abc' } })
  expect(response.statusCode).toBe(418)
  expect(response.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'x-correlation-id': 'abc',
    'x-tea': 'green',
  })
  expect(response.json()).toEqual({
    type: 'urn:signals:problem:teapot',
    title: 'It is a teapot',
    status: 418,
    detail: 'short and stout',
    instance: '/broken',
    code: 'TEAPOT',
    error: 'short and stout',
    correlationId: 'abc',
    errors: [{ code: 'spout', message: 'is missing', pointer: '/spout' }],
    formats: ['tea'],
  })
})

test.each([
  [
    'an error of ours with a 5xx',
    new ServiceError('STORE_AWAY', 'cannot open /secret/path', { members: { at: 'secret' } }),
    503,
    'STORE_AWAY',
  ],
  ['an error that nobody foresaw', new Error('secret of /etc'), 500, 'INTERNAL_ERROR'],
  ['an error of a code that is in no table', new ServiceError('SECRET_CODE', 'secret'), 500, 'INTERNAL_ERROR'],
  ['a code that is a name of Object.prototype', new ServiceError('constructor', 'secret'), 500, 'INTERNAL_ERROR'],
  ['something thrown that is no error', 'secret', 500, 'INTERNAL_ERROR'],
])('%s tells nothing of the inside', async (_name, error, status, code) => {
  const response = await throwing(error).inject('/broken')
  expect(response.json()).toMatchObject({ status, code })
  expect(response.body.toLowerCase()).not.toContain('secret')
})

test('503 always says when to come back, and so does whoever names a time', async () => {
  const away = await throwing(new ServiceError('STORE_AWAY', 'x')).inject('/broken')
  expect(away.headers['retry-after']).toBe('1')
  const later = await throwing(new ServiceError('COLD', 'x', { retryAfterSeconds: 60 })).inject('/broken')
  expect(later.headers['retry-after']).toBe('60')
  const never = await throwing(new ServiceError('COLD', 'x')).inject('/broken')
  expect(never.headers).not.toHaveProperty('retry-after')
})

test('like violations are one with a count', async () => {
  const violations = Array.from({ length: 5_000 }, (_, line) => ({ code: 'bad', message: 'is bad', line: line + 1 }))
  const response = await throwing(new ServiceError('TEAPOT', 'x', { violations })).inject('/broken')
  expect(response.json().errors).toEqual([{ code: 'bad', message: 'is bad', line: 1, count: 5_000 }])
})

test('violations that are all different are cut', async () => {
  const violations = Array.from({ length: 5_000 }, (_, line) => ({ code: 'bad', message: `${line} is bad` }))
  const response = await throwing(new ServiceError('TEAPOT', 'x', { violations })).inject('/broken')
  expect(response.json().errors).toHaveLength(100)
})

test('an unknown path is 404, and what is wrong with its body does not matter', async () => {
  const response = await server().inject({
    method: 'POST',
    url: '/nowhere',
    payload: '{"',
    headers: { 'content-type': 'application/json' },
  })
  expect(response.json()).toMatchObject({ status: 404, code: 'ROUTE_NOT_FOUND', instance: '/nowhere' })
})

test('a wrong method is 405 and tells the right ones', async () => {
  const app = server((routes) => {
    routes.get('/things/:id', async () => ({}))
    routes.delete('/things/:id', async () => ({}))
    routes.get('/things/:id/parts', async () => ({}))
  })
  for (const method of ['POST', 'PUT', 'OPTIONS'] as const) {
    const response = await app.inject({ method, url: '/things/a%2Fb?x=1' })
    expect(response.json()).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
    expect(response.headers['allow']).toBe('DELETE, GET, HEAD')
  }
  expect((await app.inject({ method: 'POST', url: '/things/' })).statusCode).toBe(404)
})

test('what zod refuses has a pointer, and a query has a code of its own', async () => {
  const app = server((routes) => {
    strictJsonBodies(routes, { maxBytes: 1_000 })
    const body = z.strictObject({ parts: z.array(z.strictObject({ 'a/b': z.int() })) })
    const querystring = z.object({ limit: z.string().optional() })
    routes.post('/parts', { schema: { body, querystring } }, async () => ({}))
  })
  const post = async (url: string, payload: object) => (await app.inject({ method: 'POST', url, payload })).json()
  expect(await post('/parts', { parts: [{ 'a/b': 1 }, { 'a/b': '1' }] })).toMatchObject({
    code: 'REQUEST_INVALID',
    status: 400,
    errors: [{ pointer: '/parts/1/a~1b', code: 'invalid_type' }],
  })
  expect(await post('/parts', { parts: [], more: 1 })).toMatchObject({ code: 'REQUEST_INVALID' })
  expect(await post('/parts?limit=1&limit=2', { parts: [] })).toMatchObject({
    code: 'QUERY_INVALID',
    status: 400,
    errors: [{ pointer: '/limit' }],
  })
})

test('a URL that does not decode is 400', async () => {
  const app = server((routes) => routes.get('/things/:id', async () => ({})))
  const response = await app.inject('/things/%zz')
  expect(response.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  expect(response.json().correlationId).toBe(response.headers['x-correlation-id'])
})

test('an id of 4,096 characters in a path arrives, percent-encoded to the last', async () => {
  const app = server((routes) => routes.get('/things/:id', async ({ params }) => params as object))
  const id = '£|'.repeat(2_048)
  expect((await app.inject(`/things/${encodeURIComponent(id)}`)).json()).toEqual({ id })
})

test('a client that is refused in the middle of its upload reads the answer, on a real connection', async () => {
  const app = server((routes) => {
    streamedBodies(routes, { maxBytes: 1_000_000 })
    routes.post('/upload', async (request) => {
      for await (const _chunk of bodyStream(request));
      return {}
    })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const size = 24 * 1024 * 1024
  const socket = connect(port, '127.0.0.1')
  let received = ''
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      received += chunk.toString()
      if (received.includes('"correlationId"')) resolve()
    })
  })
  // No content-length: the size shows only as it comes.
  socket.write('POST /upload HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
  const piece = Buffer.alloc(64 * 1024, 'x')
  for (let sent = 0; sent < size; sent += piece.length) {
    if (!socket.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]))) {
      await new Promise<void>((resolve) => socket.once('drain', () => resolve()))
    }
  }
  await answered
  expect(received).toContain('HTTP/1.1 413')
  expect(received).toContain('BODY_TOO_LARGE')
  // The connection outlived it: the rest of the body was read and thrown away.
  const second = new Promise<void>((resolve) => {
    socket.on('data', () => received.includes('ROUTE_NOT_FOUND') && resolve())
  })
  socket.write('0\r\n\r\nGET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n')
  await second
  socket.destroy()
})

test('a bomb is answered while its body is still open, and the connection serves on', async () => {
  const app = server((routes) => {
    streamedBodies(routes, { maxBytes: 1_000_000 })
    routes.post('/upload', async (request) => {
      for await (const _chunk of bodyStream(request));
      return {}
    })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024))
  const head = ['POST /upload HTTP/1.1', 'host: x', 'content-encoding: gzip', `content-length: ${bomb.length + 10}`]
  socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bomb]))
  expect(await answerWith(socket, 'BODY_TOO_LARGE')).toContain('HTTP/1.1 413')
  socket.write('0123456789GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(await answerWith(socket, 'ROUTE_NOT_FOUND')).toContain('HTTP/1.1 404')
  socket.destroy()
})

function answerWith(socket: Socket, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let received = ''
  socket.once('error', reject)
  socket.on('data', (chunk) => {
    received += chunk.toString()
    if (received.includes(text)) resolve(received)
  })
  return promise
}

describe('a connection that ends with its answer', () => {
  test.each(['/nowhere', '/'])('says so to a client that asked for it, whatever %s is answered', async (path) => {
    const app = server((routes) => routes.get('/', async () => ({})))
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const { text } = await rawRequest(port, [`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`])
    expect(text).toMatch(/^HTTP\/1\.1 (200|404) [\s\S]*\r\nconnection: close\r\n/i)
  })

  test.each([
    ['431', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(70_000)}\r\n\r\n`],
    ['400', 'GET / HTTP/9.9\r\n\r\n'],
    ['400', 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
  ])('says so with the %s to what is no request', async (status, sent) => {
    const app = server((routes) => routes.get('/', async () => ({})))
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const { text } = await rawRequest(port, [sent])
    expect(text).toContain(`HTTP/1.1 ${status} `)
    expect(text).toMatch(/\r\nconnection: close\r\n/i)
  })
})
