import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { proofIdOf, type SeenProofs } from '../../src/auth/possession/seen-proofs.ts'

/** `open` gives as many views of one memory as there are replicas. */
export function keepsSeenProofsContract(open: () => Promise<readonly SeenProofs[]>): void {
  async function askAll(proofId: string, times: number): Promise<readonly boolean[]> {
    const views = await open()
    return await Promise.all(Array.from({ length: times }, (_, turn) => views[turn % views.length]!.isFirst(proofId)))
  }

  describe('seen proofs', () => {
    test('a proof is new once', async () => {
      const [seen] = await open()
      const proofId = proofIdOf('key', randomUUID())
      expect([await seen!.isFirst(proofId), await seen!.isFirst(proofId)]).toEqual([true, false])
    })

    test('of fifty that come at once, to whichever replica, one is the first', async () => {
      const answers = await askAll(proofIdOf('key', randomUUID()), 50)
      expect(answers.filter((isFirst) => isFirst)).toHaveLength(1)
    })

    test('proofs of different keys, and of different names, have nothing to do with one another', async () => {
      const [seen] = await open()
      const name = randomUUID()
      const proofIds = [proofIdOf('one', name), proofIdOf('other', name), proofIdOf('one', `${name}.`)]
      expect(await Promise.all(proofIds.map((proofId) => seen!.isFirst(proofId)))).toEqual([true, true, true])
    })
  })
}
