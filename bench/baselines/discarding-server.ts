import Fastify from 'fastify'
import { announce } from './announce.ts'

const bytes = Buffer.alloc(Number(process.argv[2]), '{"padding":"constant"}')

/** One constant answer, and a route that reads bodies and forgets them. */
const app = Fastify()
app.addContentTypeParser('application/x-ndjson', (_request, body, done) => done(null, body))
app.get('/fact', (_request, reply) => reply.type('application/json').send(bytes))
app.post<{ Body: AsyncIterable<Buffer> }>('/ndjson', async ({ body }, reply) => {
  let accepted = 0
  for await (const chunk of body) accepted += chunk.byteLength
  return reply.code(202).send({ accepted })
})

await announce(app)
