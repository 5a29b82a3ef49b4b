import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallgraphRepository } from '../../src/callgraphs/callgraph-repository.ts'
import type { EvidenceQueue } from '../../src/evidence/evidence-queue.ts'
import type { FactRepository } from '../../src/facts/fact-repository.ts'
import type { Inventory } from '../../src/integrity/inventory.ts'
import type { UnionBundleRepository } from '../../src/union-bundles/union-bundle-repository.ts'
import {
  acme,
  at,
  evidenceWithoutSubject,
  factlessRow,
  globex,
  someCallgraph,
  someEvidence,
  someFactRow,
} from '../support/store-values.ts'

export interface OpenInventory {
  readonly inventory: Inventory
  readonly queue: EvidenceQueue
  readonly callgraphs: CallgraphRepository
  readonly bundles: UnionBundleRepository
  readonly facts: FactRepository
  readonly close: () => Promise<void>
}

/** What every inventory keeps. `open` gives an empty one of its own to each test. */
export function keepsInventoryContract(name: string, open: () => Promise<OpenInventory>): void {
  describe(`${name} keeps the contract of the inventory`, () => {
    let opened: OpenInventory
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    const pages = async (
      read: (after: string | undefined, limit: number) => Promise<readonly string[]>,
    ): Promise<string[]> => {
      const found: string[] = []
      for (let page = await read(undefined, 2); page.length > 0; page = await read(found.at(-1), 2)) {
        expect(page.length).toBeLessThanOrEqual(2)
        found.push(...page)
      }
      return found
    }

    test('names everybody who has rows of any kind', async () => {
      expect(await opened.inventory.tenants()).toEqual([])
      await opened.queue.append(someEvidence())
      expect(await opened.inventory.tenants()).toEqual([acme])
      await opened.callgraphs.upsert(someCallgraph({ tenant: globex }))
      expect(await opened.inventory.tenants()).toEqual([acme, globex])
    })

    test('has every row of evidence once, whatever became of it', async () => {
      const { queue, inventory } = opened
      const all = [someEvidence(), someEvidence(), evidenceWithoutSubject(), someEvidence({ subjectKey: 'scan-2' })]
      for (const evidence of all) await queue.append(evidence)
      await queue.append(someEvidence({ tenant: globex }))
      const ids = await pages(async (after, limit) =>
        (await inventory.evidence(acme, after, limit)).map(({ id }) => id),
      )
      expect(ids.toSorted()).toEqual(all.map(({ id }) => id).sort())
    })

    test('says of evidence what it holds, where it was folded, and how far its subject is', async () => {
      const { queue, facts, inventory } = opened
      const evidence = someEvidence()
      const { id, payload, receipt, subjectKey } = evidence
      await queue.append(evidence)
      expect(await inventory.evidence(acme, undefined, 9)).toEqual([
        { id, payload, receipt, subjectKey, state: 'pending' },
      ])
      await facts.save(someFactRow({ subjectKey: 'scan-1' }))
      await queue.markFolded(acme, [id], 1)
      expect(await inventory.evidence(acme, undefined, 9)).toEqual([
        { id, payload, receipt, subjectKey, state: 'folded', factVersion: 1, subjectVersion: 1 },
      ])
    })

    test('has every subject, also one without a fact', async () => {
      const keys = ['a', 'b', 'c|1', 'ä', '\u{1f600}', '\uffee']
      for (const [position, key] of keys.entries()) {
        await opened.facts.save(position % 2 ? factlessRow(key) : someFactRow({ subjectKey: key }))
      }
      const found = await pages((after, limit) => opened.inventory.subjectKeys(acme, after, limit))
      expect(found.toSorted()).toEqual(keys.toSorted())
      expect(await opened.inventory.subjectKeys(globex, undefined, 9)).toEqual([])
    })

    test('has every bundle, also one that is not whole', async () => {
      const ids = ['scan-1', 'scan-2', 'scan-3']
      for (const analysisId of ids) {
        await opened.bundles.claim({ tenant: acme, analysisId, files: [], meta: '{}\n', createdAt: at(0) })
      }
      await opened.bundles.complete(acme, 'scan-2', {})
      expect(await pages((after, limit) => opened.inventory.analysisIds(acme, after, limit))).toEqual(ids)
      expect(await opened.inventory.analysisIds(globex, undefined, 9)).toEqual([])
    })
  })
}
