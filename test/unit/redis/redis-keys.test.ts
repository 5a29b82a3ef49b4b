import fc from 'fast-check'
import { expect, test } from 'vitest'
import { factCacheKey } from '../../../src/redis/redis-keys.ts'
import { acme, globex } from '../../support/store-values.ts'

test('a key says whose entry it is', () => {
  expect(factCacheKey(acme, 'sha256:1')).toBe('reachability_cache:{acme:sha256:1}')
})

test('no two subjects share a key, within a tenant or across', () => {
  const subject = fc.tuple(fc.constantFrom(acme, globex), fc.string({ unit: 'grapheme', maxLength: 20 }))
  fc.assert(
    fc.property(subject, subject, ([tenant, key], [otherTenant, otherKey]) => {
      fc.pre(tenant !== otherTenant || key !== otherKey)
      expect(factCacheKey(tenant, key)).not.toBe(factCacheKey(otherTenant, otherKey))
    }),
  )
})
