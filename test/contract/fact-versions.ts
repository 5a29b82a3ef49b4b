import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FactVersion, FactVersions, SubjectVersion } from '../../src/facts/fact-versions.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { acme, at, globex } from '../support/store-values.ts'

export interface OpenFactVersions {
  readonly versions: FactVersions
  /** What another replica has open on the same store. */
  readonly replica: FactVersions
  readonly close: () => Promise<void>
}

const subject = { tenant: acme, subjectKey: 'scan-1' }

function told(version: number, content = `${version}`): FactVersion {
  return {
    version,
    digest: sha256Of(content),
    computedAt: at(version),
    verdict: 'unknown',
    score: 0.5,
    change: 'evidence',
  }
}

function someVersion(version: number, content?: string): SubjectVersion {
  return { ...subject, told: told(version, content) }
}

/** What every list of versions keeps. `open` gives an empty one of its own to each test. */
export function keepsFactVersionsContract(name: string, open: () => Promise<OpenFactVersions>): void {
  describe(`${name} keeps the contract of fact versions`, () => {
    let opened: OpenFactVersions
    let versions: FactVersions
    beforeEach(async () => {
      opened = await open()
      versions = opened.versions
    })
    afterEach(() => opened.close())

    test('tells them newest first, page by page, here and in another replica', async () => {
      await versions.append([someVersion(1), someVersion(2)])
      await versions.append([someVersion(10), someVersion(3)])
      expect(await opened.replica.page(subject, undefined, 2)).toEqual([told(10), told(3)])
      expect(await opened.replica.page(subject, 3, 9)).toEqual([told(2), told(1)])
      expect(await versions.page(subject, 1, 9)).toEqual([])
    })

    test('those up to a version are removed, of this subject alone', async () => {
      await versions.append([
        someVersion(1),
        someVersion(2),
        someVersion(3),
        { ...someVersion(1), subjectKey: 'scan-2' },
      ])
      await versions.append([{ ...someVersion(1), tenant: globex }])
      await versions.removeThrough(subject, 2)
      await versions.removeThrough(subject, 2)
      expect(await opened.replica.page(subject, undefined, 9)).toEqual([told(3)])
      expect(await versions.findByDigest(subject, told(1).digest)).toBeUndefined()
      expect(await versions.page({ ...subject, subjectKey: 'scan-2' }, undefined, 9)).toEqual([told(1)])
      expect(await versions.page({ ...subject, tenant: globex }, undefined, 9)).toEqual([told(1)])
    })

    test('a version that is told again, at once or later, is there once and as it was first told', async () => {
      await Promise.all([versions, opened.replica].map((each) => each.append([someVersion(1), someVersion(2)])))
      await versions.append([someVersion(2, 'other'), someVersion(3)])
      expect(await versions.page(subject, undefined, 9)).toEqual([told(3), told(2), told(1)])
    })

    test('to be told of none changes nothing', async () => {
      await versions.append([])
      expect(await versions.page(subject, undefined, 9)).toEqual([])
    })

    test('finds one by its number, and the newest by its digest', async () => {
      await versions.append([someVersion(1, 'same'), someVersion(2), someVersion(3, 'same')])
      expect(await versions.find(subject, 2)).toEqual(told(2))
      expect(await versions.find(subject, 4)).toBeUndefined()
      expect(await versions.findByDigest(subject, sha256Of('same'))).toEqual(told(3, 'same'))
      expect(await versions.findByDigest(subject, sha256Of('never'))).toBeUndefined()
    })

    test('those of another subject or tenant are nobody else’s', async () => {
      const strange = { tenant: acme, subjectKey: 'Scan-1\u{1F600}\ufb33$.' }
      await versions.append([
        { ...strange, told: told(1, 'strange') },
        { tenant: globex, subjectKey: 'scan-1', told: told(1, 'theirs') },
      ])
      expect(await versions.page(strange, undefined, 9)).toEqual([told(1, 'strange')])
      expect(await versions.page(subject, undefined, 9)).toEqual([])
      expect(await versions.find(subject, 1)).toBeUndefined()
      expect(await versions.findByDigest(subject, sha256Of('theirs'))).toBeUndefined()
    })
  })
}
