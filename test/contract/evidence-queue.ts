import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Evidence, IdempotencyClaim } from '../../src/evidence/evidence.ts'
import type { EvidenceQueue } from '../../src/evidence/evidence-queue.ts'
import { acme, at, evidenceWithoutSubject, globex, someEvidence } from '../support/store-values.ts'

export interface OpenEvidenceQueue {
  readonly queue: EvidenceQueue
  /** What another replica has open on the same store. */
  readonly replica: EvidenceQueue
  readonly close: () => Promise<void>
}

const subject = { tenant: acme, subjectKey: 'scan-1' }
const claim: IdempotencyClaim = { scope: 'POST /signals/callgraphs', key: 'key-1', fingerprint: 'print-1' }

/** What every evidence queue keeps. `open` gives an empty one of its own to each test. */
export function keepsEvidenceQueueContract(name: string, open: () => Promise<OpenEvidenceQueue>): void {
  describe(`${name} keeps the contract of the evidence queue`, () => {
    let opened: OpenEvidenceQueue
    let queue: EvidenceQueue
    beforeEach(async () => {
      opened = await open()
      queue = opened.queue
    })
    afterEach(() => opened.close())

    const append = async (...all: Evidence[]): Promise<void> => {
      for (const evidence of all) expect(await queue.append(evidence)).toEqual({ status: 'appended' })
    }
    const idsOf = (all: readonly Evidence[]): string[] => all.map(({ id }) => id)

    test('gives evidence back as it was, on every replica', async () => {
      const full = someEvidence({
        aliases: ['sha256:é\u{1F600}'],
        idempotency: claim,
        payload: {
          kind: 'runtime',
          callgraphId: 'cg-1',
          hits: [{ symbolId: 'a', hitCount: Number.MAX_SAFE_INTEGER, codeIds: ['x'] }],
          source: 'api',
          metadata: { __proto__x: "'; DROP TABLE evidence; --" },
        },
      })
      await append(full)
      expect(await queue.pending(subject, 10)).toEqual([full])
      expect(await opened.replica.pending(subject, 10)).toEqual([full])
    })

    test('lists all evidence of a subject, pending and folded, page by page in order of id', async () => {
      const all = [3, 1, 2].map((n) => someEvidence({ id: `id-${n}` }))
      await append(
        ...all,
        someEvidence({ subjectKey: 'scan-2' }),
        someEvidence({ tenant: globex }),
        evidenceWithoutSubject(),
      )
      await queue.markFolded(acme, ['id-1'], 1)
      expect(idsOf(await opened.replica.ofSubject(subject, undefined, 2))).toEqual(['id-1', 'id-2'])
      expect(await queue.ofSubject(subject, 'id-2', 2)).toEqual([all[0]])
    })

    test('what is removed is gone with its receipt and its key, which may be claimed anew; the rest stays', async () => {
      const long = someEvidence({ idempotency: claim, aliases: ['x'.repeat(600_000)] })
      const [other, foreign] = [someEvidence(), someEvidence({ tenant: globex, id: long.id })]
      await append(long, other, foreign)
      await queue.remove(acme, [long.id, 'nothing'])
      await queue.remove(acme, [long.id])
      expect(await opened.replica.findReceipt(acme, long.id)).toBeUndefined()
      expect(await queue.findClaim(acme, claim.scope, claim.key)).toBeUndefined()
      expect(idsOf(await queue.pending(subject, 10))).toEqual([other.id])
      expect(await queue.findReceipt(globex, long.id)).toBeDefined()
      await append(someEvidence({ idempotency: claim }))
    })

    test('lists pending evidence in order of arrival, not of time, and no more than asked for', async () => {
      const all = [at(3), at(1), at(2)].map((receivedAt) => someEvidence({ receivedAt }))
      await append(...all)
      expect(idsOf(await queue.pending(subject, 2))).toEqual(idsOf(all.slice(0, 2)))
      expect(idsOf(await queue.pending(subject, 9))).toEqual(idsOf(all))
    })

    test('stores evidence without a subject as folded', async () => {
      const evidence = evidenceWithoutSubject()
      await append(evidence)
      expect(await queue.countAllPending()).toBe(0)
      expect(await queue.pendingSubjects(at(1_000), 10)).toEqual([])
      expect(await queue.findReceipt(acme, evidence.id)).toEqual({
        receipt: evidence.receipt,
        receivedAt: evidence.receivedAt,
        state: 'folded',
      })
    })

    test('a receipt is pending until its evidence is folded, and then tells the version', async () => {
      const evidence = someEvidence()
      await append(evidence)
      const told = { receipt: evidence.receipt, subjectKey: 'scan-1', receivedAt: evidence.receivedAt }
      expect(await queue.findReceipt(acme, evidence.id)).toEqual({ ...told, state: 'pending' })
      await queue.markFolded(acme, [evidence.id], 7)
      expect(await queue.findReceipt(acme, evidence.id)).toEqual({ ...told, state: 'folded', factVersion: 7 })
      expect(await queue.pending(subject, 10)).toEqual([])
    })

    test('tells the evidence that a version holds, page by page, in the order of versions and then of arrival', async () => {
      const [early, late, next, last, pending] = Array.from({ length: 5 }, () => someEvidence())
      const others = [someEvidence({ tenant: globex }), someEvidence({ subjectKey: 'scan-2' })]
      await append(next!, early!, late!, last!, pending!, ...others, evidenceWithoutSubject())
      await queue.markFolded(acme, [late!.id, early!.id], undefined)
      await queue.markFolded(acme, [last!.id], 2)
      await queue.markFolded(acme, [next!.id, others[1]!.id], 1)
      await queue.markFolded(globex, [others[0]!.id], 1)
      const history = async (version: number, limit: number, after?: string) =>
        idsOf(await opened.replica.history(subject, { version, limit, after }))
      const [first, second, third, fourth] = idsOf([early!, late!, next!, last!])
      expect(await history(2, 9)).toEqual([first, second, third, fourth])
      expect(await history(1, 9)).toEqual([first, second, third])
      expect(await history(0, 9)).toEqual([first, second])
      expect(await history(2, 1)).toEqual([first])
      expect(await history(2, 1, first)).toEqual([second])
      expect(await history(2, 2, second)).toEqual([third, fourth])
      expect(await history(2, 2, fourth)).toEqual([])
      expect(await queue.history(subject, { version: 1, limit: 1, after: second })).toEqual([next])
      // Callers hand in the row of the subject, which has more members.
      const row = { ...subject, version: 2, revision: 7 }
      expect(idsOf(await queue.history(row, { version: 1, limit: 1 }))).toEqual([first])
    })

    test('marking again changes nothing, and unknown ids are no error', async () => {
      const evidence = someEvidence()
      const without = someEvidence()
      await append(evidence, without)
      await queue.markFolded(acme, [evidence.id], 1)
      await queue.markFolded(acme, [evidence.id, 'nobody'], 2)
      await queue.markFolded(acme, [without.id], undefined)
      await queue.markFolded(acme, [without.id], 3)
      await queue.markFolded(acme, [], 4)
      expect(await queue.findReceipt(acme, evidence.id)).toMatchObject({ state: 'folded', factVersion: 1 })
      expect(await queue.findReceipt(acme, without.id)).not.toHaveProperty('factVersion')
    })

    test('marks any number of ids at once', async () => {
      const all = Array.from({ length: 300 }, () => someEvidence())
      await Promise.all(all.map((evidence) => queue.append(evidence)))
      await queue.markFolded(acme, idsOf(all.slice(0, 299)), 1)
      expect(idsOf(await queue.pending(subject, 10))).toHaveLength(1)
      expect(await queue.countPending(subject)).toBe(1)
    })

    test('a claimed key answers with the first receipt and writes nothing', async () => {
      const first = someEvidence({ idempotency: claim })
      await append(first)
      const again = someEvidence({ idempotency: { ...claim, fingerprint: 'print-2' } })
      const claimed = { fingerprint: 'print-1', receipt: first.receipt }
      expect(await queue.append(again)).toEqual({ status: 'claimed', ...claimed })
      expect(await queue.findReceipt(acme, again.id)).toBeUndefined()
      expect(await queue.countPending(subject)).toBe(1)
      expect(await queue.findClaim(acme, claim.scope, claim.key)).toEqual(claimed)
    })

    test('a key is claimed for good: folding does not free it', async () => {
      const first = someEvidence({ idempotency: claim })
      await append(first)
      await queue.markFolded(acme, [first.id], 1)
      expect(await queue.append(someEvidence({ idempotency: claim }))).toMatchObject({ status: 'claimed' })
    })

    test('a key is claimed within its scope and tenant only', async () => {
      await append(
        someEvidence({ idempotency: claim }),
        someEvidence({ idempotency: { ...claim, scope: 'POST /signals/unknowns' } }),
        someEvidence({ idempotency: { ...claim, key: 'KEY-1' } }),
        someEvidence({ idempotency: claim, tenant: globex }),
        someEvidence(),
        someEvidence(),
      )
      expect(await queue.findClaim(acme, 'elsewhere', claim.key)).toBeUndefined()
    })

    test('of many appends with one key, on two replicas at once, exactly one is appended', async () => {
      const racers = Array.from({ length: 40 }, () => someEvidence({ idempotency: claim }))
      const outcomes = await Promise.all(
        racers.map((evidence, turn) => (turn % 2 ? opened.replica : queue).append(evidence)),
      )
      const winners = racers.filter((_, turn) => outcomes[turn]?.status === 'appended')
      expect(winners).toHaveLength(1)
      const claimed = outcomes.filter((outcome) => outcome.status === 'claimed')
      expect(claimed).toHaveLength(39)
      for (const outcome of claimed) expect(outcome.receipt.receiptId).toBe(winners[0]?.id)
      expect(idsOf(await queue.pending(subject, 100))).toEqual(idsOf(winners))
    })

    test('every append of two replicas at once is there', async () => {
      const all = Array.from({ length: 200 }, () => someEvidence())
      await Promise.all(all.map((evidence, turn) => (turn % 2 ? opened.replica : queue).append(evidence)))
      expect(idsOf(await queue.pending(subject, 1_000)).sort()).toEqual(idsOf(all).sort())
    })

    test('what a replica appends while another reads page after page is neither lost nor seen twice', async () => {
      const taken: string[] = []
      const appending = Promise.all(Array.from({ length: 60 }, () => opened.replica.append(someEvidence())))
      let isAppending = true
      const done = appending.finally(() => {
        isAppending = false
      })
      while (isAppending || (await queue.countPending(subject)) > 0) {
        const page = idsOf(await queue.pending(subject, 7))
        await queue.markFolded(acme, page, 1)
        taken.push(...page)
      }
      await done
      expect(taken).toHaveLength(60)
      expect(new Set(taken).size).toBe(60)
    })

    test('pending subjects come oldest first, each once, from before the given time only', async () => {
      await append(
        someEvidence({ subjectKey: 'late', receivedAt: at(900) }),
        someEvidence({ subjectKey: 'b', receivedAt: at(1) }),
        someEvidence({ subjectKey: 'a', receivedAt: at(2) }),
        someEvidence({ subjectKey: 'b', receivedAt: at(3) }),
        someEvidence({ subjectKey: 'a', receivedAt: at(4), tenant: globex }),
      )
      const [b, a, foreign] = [
        { tenant: acme, subjectKey: 'b' },
        { tenant: acme, subjectKey: 'a' },
        { tenant: globex, subjectKey: 'a' },
      ]
      expect(await queue.pendingSubjects(at(900), 10)).toEqual([b, a, foreign])
      expect(await queue.pendingSubjects(at(900), 2)).toEqual([b, a])
      expect(await queue.pendingSubjects(at(1), 10)).toEqual([])
    })

    test('counts by subject, by tenant and in all', async () => {
      await append(someEvidence(), someEvidence({ subjectKey: 'scan-2' }), someEvidence({ tenant: globex }))
      expect(await queue.countPending(subject)).toBe(1)
      expect(await queue.countAllPending(acme)).toBe(2)
      expect(await queue.countAllPending()).toBe(3)
    })

    test('no tenant reads, claims or marks what is another’s', async () => {
      const own = someEvidence({ idempotency: claim })
      await append(own)
      expect(await queue.findReceipt(globex, own.id)).toBeUndefined()
      expect(await queue.findClaim(globex, claim.scope, claim.key)).toBeUndefined()
      expect(await queue.pending({ tenant: globex, subjectKey: 'scan-1' }, 10)).toEqual([])
      expect(await queue.countPending({ tenant: globex, subjectKey: 'scan-1' })).toBe(0)
      expect(await queue.countAllPending(globex)).toBe(0)
      await queue.markFolded(globex, [own.id], 1)
      expect(await queue.findReceipt(acme, own.id)).toMatchObject({ state: 'pending' })
    })
  })
}
