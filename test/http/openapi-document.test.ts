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
