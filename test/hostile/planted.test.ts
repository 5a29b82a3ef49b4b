import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { type BuiltApp, openApp, type TestSettings } from '../support/build-app.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { jwtSettings } from '../support/token-issuer.ts'
import { canaryTenant, type MadeTokens, makeTokens } from './fuzz/callers.ts'
import type { Finding } from './fuzz/finding.ts'
import { fuzz } from './fuzz/fuzz.ts'
import { openTarget } from './fuzz/target.ts'

/** What a run finds in the real service and one route that is as bad as it is planted. */
async function foundIn(
  plant: (built: BuiltApp) => void,
  count: number,
  auth: TestSettings = {},
): Promise<readonly Finding[]> {
  await using directory = await temporaryDirectory()
  const jwks = join(directory.path, 'jwks.json')
  await writeFile(jwks, made.keySet)
  await using built = await openApp({ ...jwtSettings(jwks, auth), limits: { eventLoopDelayMs: 60_000 } })
  plant(built)
  const { url } = await built.listen()
  const target = await openTarget(url, made.tokens)
  const { findings } = await fuzz(target, { count, seed: 1, lanes: 4, timeoutMs: 2_000, only: ['planted'] })
  built.app.server.closeAllConnections()
  return findings
}

let made: MadeTokens
beforeAll(async () => {
  made = await makeTokens()
})

const config = { scope: 'signals:read', operation: 'planted' } as const
const Limit = z.object({ limit: z.string().optional() })

test('a handler that throws is found, and with the smallest request that makes it', async () => {
  const findings = await foundIn(({ app }) => {
    app.get('/signals/planted', { config, schema: { querystring: Limit } }, async ({ query }) => {
      if (Number(query.limit) > 20) throw new Error('as planted')
      return {}
    })
  }, 200)
  expect(findings).toMatchObject([{ kind: 'server-error', what: 'GET answered 500 INTERNAL_ERROR' }])
  expect(findings[0]?.curl).toMatch(/"\$URL"'\/signals\/planted\?limit=21'$/)
})

test('a handler that reads rows without asking whose they are is found', async () => {
  const findings = await foundIn(({ app, context }) => {
    const schema = { params: z.object({ subjectKey: z.string() }) }
    app.get('/signals/planted/:subjectKey', { config, schema }, async ({ params }, reply) => {
      const fact = await context.cacheAndBus.factCache.read(canaryTenant as Tenant, params.subjectKey)
      return reply.type('application/json').send(fact?.bytes ?? '{}')
    })
  }, 400)
  expect(findings).toMatchObject([{ kind: 'leak', operation: 'planted' }])
})

test('an answer that its schema does not allow is found', async () => {
  const findings = await foundIn(({ app }) => {
    const schema = { querystring: Limit, response: { 200: z.object({ count: z.int() }) } }
    app.get('/signals/planted', { config, schema }, async ({ query }, reply) => {
      const count = query.limit?.startsWith('1') ? '"many"' : 1
      return reply.type('application/json').send(Buffer.from(`{"count":${count}}`) as never)
    })
  }, 200)
  expect(findings).toMatchObject([{ kind: 'outside-schema', what: expect.stringContaining('/count must be integer') }])
})

test('a handler that never answers is found', async () => {
  const findings = await foundIn(({ app }) => {
    app.get('/signals/planted', { config, schema: { querystring: Limit } }, async ({ query }) => {
      if (query.limit?.startsWith('1')) await new Promise(() => undefined)
      return {}
    })
  }, 60)
  expect(findings).toMatchObject([{ kind: 'hang' }])
})

test('a refusal in words of its own, with a stack in them, is found', async () => {
  const findings = await foundIn(({ app }) => {
    app.get('/signals/planted', { config }, async (_request, reply) =>
      reply.code(400).send(String(new Error('x').stack)),
    )
  }, 50)
  expect(findings.map(({ kind }) => kind).sort()).toEqual(['inside-shown', 'malformed-problem'])
})

test('a service that lets in whoever has no token is found', async () => {
  const findings = await foundIn(({ app }) => app.get('/signals/planted', { config }, async () => ({})), 200, {
    mode: 'off',
  })
  expect(findings.map(({ kind }) => kind)).toContain('let-in')
})

test('a receipt that is given twice for one key is found', async () => {
  const findings = await foundIn(({ app }) => {
    const schema = { response: { 202: z.object({ receiptId: z.string() }) } }
    app.post('/signals/planted', { config, schema }, async (_request, reply) =>
      reply.code(202).send({ receiptId: randomUUID() }),
    )
  }, 100)
  expect(findings).toMatchObject([{ kind: 'counted-twice' }])
})
