import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256Of } from '../../src/identifiers/digest.ts'
import type { UnionBundleRecord } from '../../src/union-bundles/union-bundle-record.ts'
import type { UnionBundleRepository } from '../../src/union-bundles/union-bundle-repository.ts'
import { acme, globex } from '../support/store-values.ts'

export interface OpenUnionBundleRepository {
  readonly bundles: UnionBundleRepository
  /** What another replica has open on the same store. */
  readonly replica: UnionBundleRepository
  readonly close: () => Promise<void>
}

function someBundle(changed: Partial<UnionBundleRecord> = {}): UnionBundleRecord {
  return {
    tenant: acme,
    analysisId: 'scan-0001',
    files: [{ path: 'nodes.ndjson', sha256: sha256Of('nodes'), records: 3, bytes: 120 }],
    meta: '{"$note":"it’s ‘quoted’"}\n',
    createdAt: '2026-11-20T12:00:00.000Z',
    ...changed,
  }
}

/** What every repository of bundles keeps. `open` gives an empty one of its own to each test. */
export function keepsUnionBundleRepositoryContract(name: string, open: () => Promise<OpenUnionBundleRepository>): void {
  describe(`${name} keeps the contract of the repository of union bundles`, () => {
    let opened: OpenUnionBundleRepository
    let bundles: UnionBundleRepository
    beforeEach(async () => {
      opened = await open()
      bundles = opened.bundles
    })
    afterEach(() => opened.close())

    test('gives a record back as it was, on every replica', async () => {
      expect(await bundles.claim(someBundle())).toEqual(someBundle())
      expect(await bundles.find(acme, 'scan-0001')).toEqual(someBundle())
      expect(await opened.replica.find(acme, 'scan-0001')).toEqual(someBundle())
      expect(await bundles.find(acme, 'scan-0002')).toBeUndefined()
      expect(await bundles.find(acme, 'SCAN-0001')).toBeUndefined()
    })

    test('a whole bundle may be put in the place of another of its id, and be removed, for its tenant alone', async () => {
      const answer = { analysisId: 'scan-0001' }
      await bundles.claim(someBundle({ meta: 'x'.repeat(600_000) }))
      await bundles.claim(someBundle({ tenant: globex }))
      await bundles.complete(acme, 'scan-0001', answer)
      const replaced = someBundle({ files: [], answer })
      await bundles.replace(replaced)
      expect(await opened.replica.find(acme, 'scan-0001')).toEqual(replaced)
      await bundles.remove(acme, 'scan-0001')
      await bundles.remove(acme, 'scan-0001')
      await bundles.replace(replaced)
      expect(await opened.replica.find(acme, 'scan-0001')).toBeUndefined()
      expect(await bundles.find(globex, 'scan-0001')).toEqual(someBundle({ tenant: globex }))
    })

    test('an id that is taken stays with the first, and who comes later is given that', async () => {
      await bundles.claim(someBundle())
      const other = someBundle({ files: [], meta: '{}\n' })
      expect(await opened.replica.claim(other)).toEqual(someBundle())
      expect(await bundles.find(acme, 'scan-0001')).toEqual(someBundle())
    })

    test('of many that claim an id at once, on two replicas, all are given the same one', async () => {
      const claims = Array.from({ length: 20 }, (_, number) => someBundle({ meta: `{"number":${number}}\n` }))
      const given = await Promise.all(claims.map((claim, turn) => (turn % 2 ? opened.replica : bundles).claim(claim)))
      expect(new Set(given.map(({ meta }) => meta)).size).toBe(1)
      expect(await bundles.find(acme, 'scan-0001')).toEqual(given[0])
    })

    test('has no answer until it is complete, and then the first', async () => {
      await bundles.claim(someBundle({ answer: { isTooEarly: true } }))
      expect(await bundles.find(acme, 'scan-0001')).not.toHaveProperty('answer')
      await bundles.complete(acme, 'scan-0001', { receiptId: 'r1', $set: { 'a.b': 1 } })
      await opened.replica.complete(acme, 'scan-0001', { receiptId: 'r2' })
      const complete = { ...someBundle(), answer: { receiptId: 'r1', $set: { 'a.b': 1 } } }
      expect(await opened.replica.find(acme, 'scan-0001')).toEqual(complete)
      expect(await bundles.claim(someBundle())).toEqual(complete)
    })

    test('a meta.json of three megabytes is kept as it was', async () => {
      const large = someBundle({ meta: `{"note":"${'ä'.repeat(1_500_000)}"}\n` })
      expect((await bundles.claim(large)).meta).toBe(large.meta)
      expect((await opened.replica.find(acme, 'scan-0001'))?.meta).toBe(large.meta)
      expect((await opened.replica.claim(someBundle())).meta).toBe(large.meta)
    })

    test('no tenant sees, claims or completes what is another’s', async () => {
      await bundles.claim(someBundle())
      expect(await bundles.find(globex, 'scan-0001')).toBeUndefined()
      const own = someBundle({ tenant: globex, meta: '{}\n' })
      expect(await bundles.claim(own)).toEqual(own)
      await bundles.complete(globex, 'scan-0001', { receiptId: 'r1' })
      expect(await bundles.find(acme, 'scan-0001')).toEqual(someBundle())
    })
  })
}
