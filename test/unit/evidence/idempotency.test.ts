import { describe, expect, test } from 'vitest'
import type { Evidence, IdempotencyClaim } from '../../../src/evidence/evidence.ts'
import { contentKey, headerKey, IdempotencyGate, replayOrAppend } from '../../../src/evidence/idempotency.ts'
import { latch } from '../../support/latch.ts'
import { MemoryEvidenceQueue } from '../../support/memory-evidence-queue.ts'
import { acme, tenantNamed } from '../../support/runtime-ingest.ts'

const claim: IdempotencyClaim = { scope: 'POST /signals/things', key: headerKey('k'), fingerprint: 'sha256:aa' }

function evidence(id: string, idempotency: IdempotencyClaim | undefined): Evidence {
  return {
    id,
    tenant: acme,
    aliases: [],
    receivedAt: '2026-11-20T12:00:00.000Z',
    ...(idempotency && { idempotency }),
    payload: { kind: 'runtime', callgraphId: 'cg-1', hits: [], source: 'runtime' },
    receipt: {
      receiptId: id,
      kind: 'runtime',
      answer: { receiptId: id, accepted: 3, duplicate: 0 },
      refused: [],
      refusedTotal: 0,
    },
  }
}

async function append(queue: MemoryEvidenceQueue, id: string, claimed: IdempotencyClaim | undefined) {
  return await replayOrAppend({ queue }, { tenant: acme, claim: claimed }, async () => evidence(id, claimed))
}

describe('a request with a key', () => {
  test('is appended the first time, and answered with what was stored ever after', async () => {
    const queue = new MemoryEvidenceQueue()
    expect(await append(queue, 'one', claim)).toEqual({
      isReplay: false,
      answer: { receiptId: 'one', accepted: 3, duplicate: 0 },
    })
    expect(await append(queue, 'two', claim)).toEqual({
      isReplay: true,
      answer: { receiptId: 'one', accepted: 3, duplicate: 3 },
    })
    expect(queue.rows).toHaveLength(1)
  })

  test('of other content is refused and changes nothing', async () => {
    const queue = new MemoryEvidenceQueue()
    await append(queue, 'one', claim)
    const other = append(queue, 'two', { ...claim, fingerprint: 'sha256:bb' })
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(queue.rows).toHaveLength(1)
  })

  test('prepares nothing for a repeat', async () => {
    const queue = new MemoryEvidenceQueue()
    await append(queue, 'one', claim)
    const never = () => Promise.reject(new Error('a repeat was prepared'))
    expect(await replayOrAppend({ queue }, { tenant: acme, claim }, never)).toMatchObject({ isReplay: true })
  })

  test('that fails does not bind its key', async () => {
    const queue = new MemoryEvidenceQueue()
    const failing = replayOrAppend({ queue }, { tenant: acme, claim }, () => Promise.reject(new Error('no graph')))
    await expect(failing).rejects.toThrow('no graph')
    expect(await append(queue, 'two', { ...claim, fingerprint: 'sha256:bb' })).toMatchObject({ isReplay: false })
  })

  test('that loses the race of two replicas is answered as the repeat of the winner', async () => {
    const queue = new MemoryEvidenceQueue()
    const bothLooked = latch()
    const prepared = ['one', 'two'].map((id) =>
      replayOrAppend({ queue }, { tenant: acme, claim }, async () => {
        await bothLooked.opened
        return evidence(id, claim)
      }),
    )
    bothLooked.open()
    expect(await Promise.all(prepared)).toEqual([
      { isReplay: false, answer: { receiptId: 'one', accepted: 3, duplicate: 0 } },
      { isReplay: true, answer: { receiptId: 'one', accepted: 3, duplicate: 3 } },
    ])
    expect(queue.rows).toHaveLength(1)
  })

  test('that loses the race with other content is refused', async () => {
    const queue = new MemoryEvidenceQueue()
    const bothLooked = latch()
    const requests = ['sha256:aa', 'sha256:bb'].map((fingerprint) =>
      replayOrAppend({ queue }, { tenant: acme, claim: { ...claim, fingerprint } }, async () => {
        await bothLooked.opened
        return evidence(fingerprint, { ...claim, fingerprint })
      }),
    )
    bothLooked.open()
    const outcomes = await Promise.allSettled(requests)
    expect(outcomes).toEqual([
      expect.objectContaining({ status: 'fulfilled' }),
      { status: 'rejected', reason: expect.objectContaining({ code: 'IDEMPOTENCY_KEY_REUSED' }) },
    ])
  })
})

test('requests without a key are always new', async () => {
  const queue = new MemoryEvidenceQueue()
  await append(queue, 'one', undefined)
  expect(await append(queue, 'two', undefined)).toMatchObject({ isReplay: false })
  expect(queue.rows).toHaveLength(2)
})

describe('the gate', () => {
  test('lets one request hold a key at a time, and the next one after it', () => {
    const gate = new IdempotencyGate()
    const held = gate.hold(acme, 'scope', 'key')
    expect(() => gate.hold(acme, 'scope', 'key')).toThrow(
      expect.objectContaining({ code: 'IN_PROGRESS', retryAfterSeconds: 1 }),
    )
    held[Symbol.dispose]()
    expect(() => gate.hold(acme, 'scope', 'key')).not.toThrow()
  })

  test('keeps tenants, scopes and keys apart, whatever characters they have', () => {
    const gate = new IdempotencyGate()
    gate.hold(acme, 'scope', 'key","x')
    expect(() => gate.hold(tenantNamed('other'), 'scope', 'key","x')).not.toThrow()
    expect(() => gate.hold(acme, 'scope","key', 'x')).not.toThrow()
    expect(() => gate.hold(acme, 'other', 'key","x')).not.toThrow()
  })
})

test('no key of a client is ever the key of some content', () => {
  expect(headerKey(contentKey('sha256:aa'))).not.toBe(contentKey('sha256:aa'))
})
