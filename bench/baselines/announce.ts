import type { FastifyInstance } from 'fastify'

/** Listens on any free port and says so as the service does. */
export async function announce(app: FastifyInstance): Promise<void> {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url })}\n`)
}
