import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Erasure, nothingLeft } from '../../src/erasure/erasure.ts'
import type { Erasures } from '../../src/erasure/erasures.ts'
import { acme, at, globex } from '../support/store-values.ts'

export interface OpenErasures {
  readonly erasures: Erasures
  /** What another replica has open on the same store. */
  readonly replica: Erasures
  readonly close: () => Promise<void>
}

const subject = { tenant: acme, subjectKey: 'scan-1' }
const whole = { tenant: acme }

function begun(id: string, changed: Partial<Erasure> = {}): Erasure {
  const counts = {
    facts: 1,
    versions: 2,
    evidence: 3,
    events: 2,
    deadLetters: 0,
    bundles: 0,
    callgraphs: 0,
    content: 4,
    contentBytes: 500,
  }
  const told = { planDigest: 'sha256:plan', version: 2, counts, correlationId: 'asked', begunAt: at(0) }
  return { id, ...subject, ...told, left: { own: ['cas://runtime_traces/a'], shareable: [] }, ...changed }
}

function ended(erasure: Erasure, shareable: readonly string[] = []): Erasure {
  return { ...erasure, endedAt: at(9), left: { own: [], shareable } }
}

/** What every record of erasures keeps. `open` gives an empty one of its own to each test. */
export function keepsErasuresContract(name: string, open: () => Promise<OpenErasures>): void {
  describe(`${name} keeps the contract of the record of erasures`, () => {
    let opened: OpenErasures
    let erasures: Erasures
    beforeEach(async () => {
      opened = await open()
      erasures = opened.erasures
    })
    afterEach(() => opened.close())

    test('holds a subject from the beginning to the end, on every replica, and remembers its version for good', async () => {
      expect(await erasures.holdOf(subject)).toEqual({ isRunning: false, erasedThrough: 0 })
      await erasures.begin(begun('1'))
      expect(await opened.replica.holdOf(subject)).toEqual({ isRunning: true, erasedThrough: 2 })
      await erasures.end(ended(begun('1')))
      expect(await opened.replica.holdOf(subject)).toEqual({ isRunning: false, erasedThrough: 2 })
      await erasures.begin(begun('2', { version: 7 }))
      expect(await erasures.holdOf(subject)).toEqual({ isRunning: true, erasedThrough: 7 })
      expect(await erasures.holdOf({ ...subject, subjectKey: 'scan-2' })).toEqual({
        isRunning: false,
        erasedThrough: 0,
      })
      expect(await erasures.holdOf({ ...subject, tenant: globex })).toEqual({ isRunning: false, erasedThrough: 0 })
    })

    test('one of a whole tenant holds each of its subjects', async () => {
      const { subjectKey: _none, ...all } = begun('1', { version: 0 })
      await erasures.begin(all)
      expect(await erasures.holdOf(subject)).toEqual({ isRunning: true, erasedThrough: 0 })
      expect(await erasures.holdOf({ ...subject, tenant: globex })).toEqual({ isRunning: false, erasedThrough: 0 })
      await erasures.end(ended(all))
      expect(await erasures.holdOf(subject)).toEqual({ isRunning: false, erasedThrough: 0 })
    })

    test('is open while it runs or has left content, and its scope alone is asked', async () => {
      await erasures.begin(begun('1'))
      expect(await opened.replica.open(subject)).toEqual([begun('1')])
      expect(await erasures.open(whole)).toEqual([])
      const young = ended(begun('1'), ['cas://reachability_facts/b'])
      await erasures.end(young)
      expect(await opened.replica.open(subject)).toEqual([young])
      await erasures.end(ended(young))
      expect(await erasures.open(subject)).toEqual([])
    })

    test('the end of one is that of all that did not come to theirs: what they left is in it', async () => {
      const long = begun('1', { left: { own: ['x'.repeat(600_000)], shareable: [] } })
      await erasures.begin(long)
      await erasures.begin(begun('2', { subjectKey: 'scan-2' }))
      await erasures.begin(begun('3', { planDigest: 'sha256:other' }))
      await erasures.end(ended(begun('3', { planDigest: 'sha256:other' })))
      expect(await opened.replica.open(subject)).toEqual([])
      expect((await erasures.holdOf(subject)).isRunning).toBe(false)
      expect((await erasures.holdOf({ ...subject, subjectKey: 'scan-2' })).isRunning).toBe(true)
      expect(await erasures.findEnded(subject, 'sha256:plan')).toBeUndefined()
      const [first] = await erasures.page(acme, undefined, 1)
      expect(first).toEqual({ ...long, left: nothingLeft })
    })

    test('is found by the plan that it carried out, once it has ended', async () => {
      await erasures.begin(begun('1'))
      expect(await erasures.findEnded(subject, 'sha256:plan')).toBeUndefined()
      await erasures.end(ended(begun('1')))
      expect(await opened.replica.findEnded(subject, 'sha256:plan')).toEqual(ended(begun('1')))
      expect(await erasures.findEnded(subject, 'sha256:other')).toBeUndefined()
      expect(await erasures.findEnded(whole, 'sha256:plan')).toBeUndefined()
    })

    test('lists those of a tenant page by page', async () => {
      for (const id of ['2', '1', '3']) await erasures.begin(begun(id))
      await erasures.begin(begun('4', { tenant: globex }))
      expect((await opened.replica.page(acme, undefined, 2)).map(({ id }) => id)).toEqual(['1', '2'])
      expect((await erasures.page(acme, '2', 2)).map(({ id }) => id)).toEqual(['3'])
    })
  })
}
