import slotOf from 'cluster-key-slot'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as scripts from '../../../src/redis/fact-entry-scripts.ts'
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

test('whatever is kept beside an entry under its tag is in the slot of the entry, whatever the subject is called', () => {
  const subjectKey = fc.string({ unit: fc.constantFrom('a', ':', '{', '}', '|', 'ü'), maxLength: 12 })
  fc.assert(
    fc.property(subjectKey, (named) => {
      const entry = factCacheKey(acme, named)
      const [tag = ''] = /\{[^}]+\}/.exec(entry) ?? []
      expect(slotOf(`beside:${tag}`)).toBe(slotOf(entry))
    }),
  )
})

test('entries are spread over the slots of a cluster', () => {
  const slots = Array.from({ length: 1_000 }, (_, position) => slotOf(factCacheKey(acme, `scan-${position}`)))
  expect(new Set(slots).size).toBeGreaterThan(900)
})

test.each(Object.entries(scripts))('%s touches the one key that it is given, and so one slot', (_name, script) => {
  const touched = [...script.matchAll(/redis\.p?call\('[A-Z]+', ([^,)]+)/g)].map(([, key]) => key)
  expect(new Set(touched)).toEqual(new Set(['KEYS[1]']))
})
