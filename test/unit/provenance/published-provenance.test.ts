import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withExamples } from '../../../docs/schemas/provenance-example.ts'
import { feedJsonSchema } from '../../../src/provenance/feed-schema.ts'

const docs = join(import.meta.dirname, '../../../docs')

test('the published schema is the one by which the code knows feeds', () => {
  const published = readFileSync(join(docs, 'schemas/provenance-feed.v1.schema.json'), 'utf8')
  expect(published).toBe(`${JSON.stringify(feedJsonSchema(), undefined, 2)}\n`)
})

test('the schema closes what it describes', () => {
  expect(feedJsonSchema()).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: expect.arrayContaining(['schemaVersion', 'feedId', 'feedType', 'generatedAt', 'records']),
  })
})

test('the worked example is what the code makes of the real run', async () => {
  const page = readFileSync(join(docs, 'provenance.md'), 'utf8')
  expect(page).toContain('"feedType": "RUNTIME_FACTS"')
  expect(await withExamples(page)).toBe(page)
})
