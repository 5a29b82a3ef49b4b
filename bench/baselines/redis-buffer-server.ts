import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { announce } from './announce.ts'

const [url = '', key = ''] = process.argv.slice(2)
const redis = new Redis(url, { enableAutoPipelining: true })

/** What Redis holds under one key, as it is: no store behind it, no tenant, no log. */
const app = Fastify()
app.get('/fact', async (_request, reply) => reply.type('application/json').send(await redis.getBuffer(key)))

await announce(app)
