import { expect, test } from 'vitest'
import { openApp } from '../support/build-app.ts'

test('every operation has a name of its own, by which the run is told', async () => {
  await using service = await openApp()
  const { body } = await service.ask('/openapi.json')
  const paths = body['paths'] as Record<string, Record<string, { operationId?: string }>>
  const names = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
  expect(names).not.toContain(undefined)
  expect(new Set(names).size).toBe(names.length)
})
