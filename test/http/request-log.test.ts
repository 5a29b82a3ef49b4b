import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

test('a request is one line of the log, with what was asked, what came of it, and its correlation id', async () => {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const logger = createLogger({ level: 'info', version: 'test', destination })
  await using app = createHttpServer({ problems: httpProblems, logger })
  app.get('/here', async () => ({}))
  await app.inject({ url: '/here', headers: { 'x-correlation-id': 'one' } })

  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({
    msg: 'request completed',
    level: 'info',
    correlationId: 'one',
    req: { method: 'GET', url: '/here' },
    res: { statusCode: 200 },
  })
})
