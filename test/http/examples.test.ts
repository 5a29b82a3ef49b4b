import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { examplePlan } from '../../docs/api/example-plan.ts'
import { type RecordedExample, recordExamples } from '../../docs/api/record-examples.ts'
import { AskedService } from '../support/asked-service.ts'

const folder = resolve(import.meta.dirname, '../../docs/api/examples')

let recorded: readonly RecordedExample[]
beforeAll(async () => {
  recorded = await recordExamples()
}, 60_000)

describe('the examples in docs/api/examples (npm run examples)', () => {
  test('are what the service answers today', () => {
    const written = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const)
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries(recorded.map(({ name, text }) => [`${name}.json`, text])),
    )
  })

  test('show no failure but those that are meant to', () => {
    const refused = recorded.filter(({ text }) => Number(/"status": (\d+)/.exec(text)?.[1]) >= 400)
    expect(refused.map(({ name }) => name).filter((name) => !name.endsWith('.missing'))).toEqual([])
    expect(refused.map(({ name }) => name)).toContain('getFact.missing')
  })

  test('leave out no operation of the OpenAPI document', async () => {
    await using service = await AskedService.open()
    const { paths } = (await service.get('/openapi.json')).body as {
      paths: Record<string, Record<string, { operationId: string }>>
    }
    const operations = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    const shown = new Set(examplePlan.map(({ operation }) => operation))
    expect(operations.filter((operation) => !shown.has(operation))).toEqual([])
  })
})
