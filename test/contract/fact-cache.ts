import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FactCache } from '../../src/facts/fact-cache.ts'
import type { FactRepository } from '../../src/facts/fact-repository.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { SqliteFactRepository } from '../../src/facts/sqlite-fact-repository.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { latch } from '../support/latch.ts'
import { acme, factlessRow, globex, nextRow, someFactRow } from '../support/store-values.ts'
import { openTwoReplicas, type TwoReplicas } from '../support/temporary-sqlite.ts'

export interface OpenFactCaches {
  readonly cache: FactCache
  /** That of another replica. */
  readonly replica: FactCache
  readonly close: () => Promise<void>
}

export type FactsBehindCache = Pick<FactRepository, 'find' | 'revisionOf'>

/** What every cache of facts keeps. `open` puts new, empty ones in front of the facts that it is given. */
export function keepsFactCacheContract(name: string, open: (facts: FactsBehindCache) => Promise<OpenFactCaches>): void {
  describe(`${name} keeps the contract of the fact cache`, () => {
    let stores: TwoReplicas
    let facts: FactRepository
    let opened: OpenFactCaches
    let reads: number
    /** Called with what the store answered, before the cache gets it. */
    let onRead: () => Promise<void>

    beforeEach(async () => {
      stores = await openTwoReplicas()
      facts = new SqliteFactRepository(stores.one)
      reads = 0
      onRead = async () => undefined
      opened = await open({
        revisionOf: (...subject) => facts.revisionOf(...subject),
        find: async (...subject) => {
          reads += 1
          const row = await facts.find(...subject)
          await onRead()
          return row
        },
      })
    })
    afterEach(async () => {
      await opened.close()
      await stores.close()
    })

    const bodyOf = async (cache: FactCache, subjectKey = 'scan-1', tenant = acme): Promise<unknown> => {
      const read = await cache.read(tenant, subjectKey)
      return read && JSON.parse(read.bytes.toString('utf8'))
    }

    function versionRow(version: number, changed: Partial<FactRow> = {}): FactRow {
      const body = Buffer.from(JSON.stringify({ said: `version ${version} ü\u2028` }))
      const row = someFactRow({ version, revision: version, events: [], ...changed })
      return { ...row, fact: { ...row.fact!, body, digest: sha256Of(body) } }
    }

    async function saveAndMark(row: FactRow, cache = opened.cache): Promise<void> {
      expect(await facts.save(row)).toBe('saved')
      await cache.mark(row)
    }

    test('gives the fact of the store with its version, digest and entity tag, also from the cache', async () => {
      const row = versionRow(1)
      await facts.save(row)
      const fromStore = await opened.cache.read(acme, 'scan-1')
      expect(fromStore).toMatchObject({ subjectKey: 'scan-1', version: 1, digest: row.fact?.digest })
      expect(fromStore?.etag).toBe(`1-${row.fact?.digest.slice(7, 39)}`)
      expect(JSON.parse(String(fromStore?.bytes))).toMatchObject({ said: 'version 1 ü\u2028', tenant: 'acme' })
      const before = reads
      expect(await opened.cache.read(acme, 'scan-1')).toEqual(fromStore)
      expect(reads).toBe(before)
      expect(opened.cache.figures()).toEqual({ hits: 1, misses: 1 })
    })

    test('of a subject that the store does not know, or knows no fact of, there is none', async () => {
      await facts.save(factlessRow('no-fact'))
      for (const subjectKey of ['nobody', 'no-fact', 'nobody', 'no-fact']) {
        expect(await opened.cache.read(acme, subjectKey)).toBeUndefined()
      }
    })

    test('gives the new fact once a change is marked, wherever it was marked', async () => {
      await saveAndMark(versionRow(1))
      expect(await bodyOf(opened.cache)).toMatchObject({ said: 'version 1 ü\u2028' })
      expect(await bodyOf(opened.replica)).toMatchObject({ said: 'version 1 ü\u2028' })
      await saveAndMark(versionRow(2), opened.replica)
      expect(await bodyOf(opened.cache)).toMatchObject({ said: 'version 2 ü\u2028' })
      expect(await bodyOf(opened.replica)).toMatchObject({ said: 'version 2 ü\u2028' })
    })

    test('a fact that comes to be is seen once it is marked', async () => {
      expect(await opened.cache.read(acme, 'scan-1')).toBeUndefined()
      await saveAndMark(versionRow(1), opened.replica)
      expect(await bodyOf(opened.cache)).toMatchObject({ said: 'version 1 ü\u2028' })
    })

    test('a reader that is slow between its read and its put does not put an older fact back', async () => {
      await saveAndMark(versionRow(1))
      const [hasRead, goOn] = [latch(), latch()]
      onRead = async () => {
        onRead = async () => undefined
        hasRead.open()
        await goOn.opened
      }
      const slow = bodyOf(opened.cache)
      await hasRead.opened
      await saveAndMark(versionRow(2), opened.replica)
      expect(await bodyOf(opened.replica)).toMatchObject({ said: 'version 2 ü\u2028' })
      goOn.open()
      expect(await slow).toMatchObject({ said: 'version 1 ü\u2028' })
      expect(await bodyOf(opened.cache)).toMatchObject({ said: 'version 2 ü\u2028' })
      expect(await bodyOf(opened.replica)).toMatchObject({ said: 'version 2 ü\u2028' })
    })

    test('who asks after a change does not get what a slow reader read before it', async () => {
      await saveAndMark(versionRow(1))
      const [hasRead, goOn] = [latch(), latch()]
      onRead = async () => {
        onRead = async () => undefined
        hasRead.open()
        await goOn.opened
      }
      const slow = bodyOf(opened.cache)
      await hasRead.opened
      await saveAndMark(versionRow(2), opened.replica)
      expect(await bodyOf(opened.cache)).toMatchObject({ said: 'version 2 ü\u2028' })
      goOn.open()
      await slow
    })

    test('many who ask at once cost one read of the store', async () => {
      await saveAndMark(versionRow(1))
      const goOn = latch()
      onRead = () => goOn.opened
      const asking = Array.from({ length: 50 }, () => bodyOf(opened.cache))
      while (opened.cache.figures().misses < asking.length) await new Promise(setImmediate)
      goOn.open()
      const answers = await Promise.all(asking)
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(reads).toBe(1)
    })

    test('a mark that comes late hides nothing that is newer', async () => {
      await saveAndMark(versionRow(1))
      const row = await facts.find(acme, 'scan-1')
      await saveAndMark(nextRow(versionRow(2), { revision: row!.revision + 1 }))
      await bodyOf(opened.cache)
      const before = reads
      await opened.cache.mark({ tenant: acme, subjectKey: 'scan-1', revision: 1 })
      expect(await bodyOf(opened.cache)).toMatchObject({ said: 'version 2 ü\u2028' })
      expect(reads).toBe(before)
    })

    test('one that fails to read the store says so, and the next reads again', async () => {
      await saveAndMark(versionRow(1))
      onRead = () => Promise.reject(new Error('no store'))
      await expect(opened.cache.read(acme, 'scan-1')).rejects.toThrow('no store')
      onRead = async () => undefined
      expect(await bodyOf(opened.cache)).toMatchObject({ said: 'version 1 ü\u2028' })
    })

    test('tenants and subjects are apart, whatever their names hold', async () => {
      const names = ['a', 'a:b', '{a}', '{a', '}', 'a*', ' ', 'ü\u{1F600}', '\\', 'x'.repeat(512)]
      for (const [position, subjectKey] of names.entries()) {
        for (const tenant of [acme, globex]) {
          const row = versionRow(1, { tenant, subjectKey })
          const body = Buffer.from(JSON.stringify({ said: `${tenant} ${position}` }))
          await saveAndMark({ ...row, fact: { ...row.fact!, body } })
        }
      }
      for (const round of [1, 2]) {
        for (const [position, subjectKey] of names.entries()) {
          expect(await bodyOf(opened.cache, subjectKey), `${round}`).toMatchObject({ said: `acme ${position}` })
          expect(await bodyOf(opened.cache, subjectKey, globex)).toMatchObject({ said: `globex ${position}` })
        }
      }
      expect(reads).toBe(names.length * 2)
    })
  })
}
