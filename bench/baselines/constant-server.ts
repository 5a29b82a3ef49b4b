import Fastify from 'fastify'
import { announce } from './announce.ts'

const byteCount = Number(process.argv[2])
const bytes = Buffer.alloc(byteCount, '{"padding":"constant"}')
const etag = '"constant"'

/** One buffer, made at the start: no store, no tenant, no log. */
const app = Fastify()
app.get('/fact', (request, reply) => {
  reply.header('etag', etag)
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.type('application/json').send(bytes)
})

await announce(app)
