import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOfKey, encodingOf, physicalKey } from '../../../src/cas/cas-key.ts'
import { type CasKey, casNamespaces } from '../../../src/cas/cas-store.ts'
import { blobKey, casUri, parseCasUri } from '../../../src/cas/cas-uri.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { tenantOf } from './in-temporary-directory.ts'

const acme = tenantOf('acme')
const hex = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'
const key: CasKey = blobKey(acme, 'reachability_graphs', sha256Of('foo'), '.tar.zst')

test('content lies under the first two digits of its digest, and its digest', () => {
  expect(key).toEqual({ tenant: 'acme', namespace: 'reachability_graphs', key: `2c/${hex}.tar.zst` })
  expect(physicalKey(key)).toBe(`acme/reachability_graphs/2c/${hex}.tar.zst`)
})

test('a URI does not tell the tenant, and is resolved inside the tenant of whoever asks', () => {
  expect(casUri(key)).toBe(`cas://reachability_graphs/2c/${hex}.tar.zst`)
  expect(parseCasUri(tenantOf('other'), casUri(key))).toEqual({ ...key, tenant: 'other' })
})

test('every key has one URI, and every URI one key', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._:-]{0,20}$/)
  const parts = fc.array(part, { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.constantFrom(...casNamespaces), parts, (namespace, path) => {
      const named: CasKey = { tenant: acme, namespace, key: path.join('/') }
      expect(parseCasUri(acme, casUri(named))).toEqual(named)
    }),
  )
})

test.each([
  '',
  'cas://',
  'cas://artifacts',
  'cas://artifacts/',
  'cas://elsewhere/a',
  'cas://ARTIFACTS/a',
  'CAS://artifacts/a',
  'cas:/artifacts/a',
  ' cas://artifacts/a',
  'cas://artifacts/a\n',
  'cas://artifacts/../manifests/a',
  'cas://artifacts//a',
  'cas://artifacts/a?b',
  'cas://artifacts/a#b',
  'cas://artifacts/%2e%2e',
  'file:///etc/passwd',
])('%j names nothing that could have been put', (uri) => {
  expect(parseCasUri(acme, uri)).toBeUndefined()
})

test('whatever a URI says, its key stays below the tenant and the namespace', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '.', '/', '\\', '\0', '%', '~', 'é') }), (text) => {
      const parsed = parseCasUri(acme, `cas://artifacts/${text}`)
      const safe =
        parsed === undefined || new URL(`file:///${physicalKey(parsed)}`).pathname === `/acme/artifacts/${text}`
      expect(safe).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a key promises a digest when it is made of one', () => {
  expect(digestOfKey(key)).toBe(`sha256:${hex}`)
  for (const other of ['a', `${hex}.zst`, `00/${hex}.zst`, `2c/${hex}`, `2c/${hex}0.zst`, `v1/2c/${hex}.zst`]) {
    expect(digestOfKey({ ...key, key: other })).toBeUndefined()
  }
})

test('a key tells whether what it names is compressed', () => {
  expect(encodingOf(key)).toBe('zstd')
  expect(encodingOf({ ...key, key: 'cg-1.json' })).toBe('identity')
})
