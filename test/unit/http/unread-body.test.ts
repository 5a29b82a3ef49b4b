import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import Fastify from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HttpServer } from '../../../src/http/route.ts'
import { discardUnreadBodies } from '../../../src/http/unread-body.ts'

const lingerMs = 1
let app: HttpServer
let port: number

beforeAll(async () => {
  app = Fastify().withTypeProvider<ZodTypeProvider>()
  discardUnreadBodies(app, { lingerMs })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.post('/refuses-unread', async (_request, reply) => reply.code(409).send())
  // Timers run in the order of their times: by then the other one has.
  app.get('/answers-later', async () => await pause(20 * lingerMs, 'answered'))
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => app.close())

const head = 'POST /refuses-unread HTTP/1.1\r\nhost: signals\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\n'

async function refused(body: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`${head}${body}`)
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 409 /)
  return socket
}

test('a connection outlives a refusal when all of its body comes', async () => {
  const socket = await refused('0123456789')
  socket.write('GET /answers-later HTTP/1.1\r\nhost: signals\r\n\r\n')
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 200 /)
  socket.destroy()
})

test('a connection on which the rest never comes is ended', async () => {
  const socket = await refused('01234')
  await once(socket, 'close')
})
