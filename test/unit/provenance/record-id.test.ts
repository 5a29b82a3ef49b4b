import { expect, test } from 'vitest'
import { contentUuid } from '../../../src/provenance/record-id.ts'

test('an id is a UUID of version 5 and of the RFC variant', () => {
  const ids = Array.from({ length: 200 }, (_, number) => contentUuid({ number }))
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(ids.length)
})

test('content in another order of members has the same id', () => {
  expect(contentUuid({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(contentUuid({ b: [{ d: 3, c: 2 }], a: 1 }))
})

test('ids stay what they are from one version of the service to the next', () => {
  expect(contentUuid({ recordType: 'runtime.symbol.invoked' })).toBe('7a80ecb7-5c51-5dd8-9379-16c2f90e023a')
})
