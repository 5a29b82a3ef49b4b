import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openApp } from '../support/build-app.ts'

test('docs/api/openapi.json is what `npm run openapi` writes today', async () => {
  await using service = await openApp()
  const written = JSON.parse(await readFile(join(import.meta.dirname, '../../docs/api/openapi.json'), 'utf8'))
  const { body } = await service.ask('/openapi.json')
  expect(written).toEqual(body)
})

interface Operation {
  readonly requestBody?: object
  readonly security: readonly object[]
  readonly responses: Readonly<Record<string, { readonly headers?: Readonly<Record<string, unknown>> }>>
}

test('every POST tells what its body may be, but for those that read none', async () => {
  const operations = await operationsByPath('post')
  const bodiless = [...operations].filter(([, { requestBody }]) => requestBody === undefined).map(([path]) => path)
  expect(bodiless).toEqual(['/signals/events/dead-letters/{eventId}/replay', '/signals/events/replay'])
})

test('refusals name their headers: the challenge of who is not let in, and when to ask again', async () => {
  const operations = [...(await operationsByPath('get')), ...(await operationsByPath('post'))]
  const guarded = operations.filter(([, { security }]) => security.length > 0)
  expect(guarded.length).toBeGreaterThan(20)
  for (const [, { responses }] of guarded) {
    expect(Object.keys(responses['401']?.headers ?? {})).toEqual(['WWW-Authenticate', 'DPoP-Nonce'])
    expect(Object.keys(responses['403']?.headers ?? {})).toEqual(['WWW-Authenticate'])
    expect(Object.keys(responses['429']?.headers ?? {})).toEqual(['Retry-After'])
  }
  const busy = guarded.flatMap(([, { responses }]) => responses['503'] ?? [])
  expect(busy.length).toBeGreaterThan(10)
  for (const { headers } of busy) expect(Object.keys(headers ?? {})).toEqual(['Retry-After'])
})

async function operationsByPath(method: 'get' | 'post'): Promise<Map<string, Operation>> {
  await using service = await openApp()
  const { body } = await service.ask('/openapi.json')
  const { paths } = body as { paths: Record<string, Record<string, Operation>> }
  return new Map(
    Object.entries(paths).flatMap(([path, { [method]: operation }]) => (operation ? [[path, operation]] : [])),
  )
}
