import { describe, expect, test } from 'vitest'
import { ServiceError } from '../../../src/errors.ts'
import { received, transferring } from '../../../src/lib/error-transfer.ts'

const violations = [{ code: 'ID_EMPTY', message: 'an id is empty', pointer: '/nodes/3/id' }]

/** As it goes from one thread to another. */
async function acrossThreads<Value>(work: () => Promise<Value>): Promise<Value> {
  return received(structuredClone(await transferring(work)))
}

describe('what a thread answers', () => {
  test('comes over as it is', async () => {
    const value = { count: 3, bytes: Uint8Array.of(1, 2) }
    expect(await acrossThreads(async () => value)).toEqual(value)
    expect(await acrossThreads(async () => undefined)).toBeUndefined()
  })

  test('with a code keeps its code, its message and all that a client is told', async () => {
    const refusal = new ServiceError('CALLGRAPH_INVALID', 'not so', { violations, members: { formats: ['pycg'] } })
    const caught: unknown = await acrossThreads(() => Promise.reject(refusal)).catch((error: unknown) => error)
    expect(caught).toBeInstanceOf(ServiceError)
    expect(caught).toMatchObject({
      code: 'CALLGRAPH_INVALID',
      message: 'not so',
      violations,
      members: { formats: ['pycg'] },
    })
  })

  test('of a domain of its own comes over by its code', async () => {
    class ShopError extends ServiceError<'SHOP_CLOSED'> {}
    const refused = acrossThreads(() => Promise.reject(new ShopError('SHOP_CLOSED', 'come back tomorrow')))
    await expect(refused).rejects.toMatchObject({ code: 'SHOP_CLOSED', violations: [], members: {} })
  })

  test('never tells the cause: that is for the log of the thread', async () => {
    const refusal = new ServiceError('X', 'refused', { cause: new Error('/secret/path') })
    const outcome = await transferring(() => Promise.reject(refusal))
    expect(JSON.stringify(outcome)).not.toContain('secret')
  })

  test('when something went wrong on our side stays a failure', async () => {
    const fault = new TypeError('undefined is not a function')
    await expect(transferring(() => Promise.reject(fault))).rejects.toBe(fault)
  })

  test('can be refused before there is a promise', async () => {
    const work = () => {
      throw new ServiceError('X', 'at once')
    }
    expect(await transferring(work)).toMatchObject({ status: 'refused', error: { code: 'X' } })
  })
})
