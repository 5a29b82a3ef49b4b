import { describe, expect, test } from 'vitest'
import { type Asker, RequestRates } from '../../../src/load/request-rates.ts'
import { namedTenants } from '../../support/named-tenants.ts'

const { ours, theirs } = namedTenants('ours', 'theirs')
const limits = { windowSeconds: 600, principalRequests: 2, tenantRequests: 5 }

/** How many of so many requests are let in. */
async function letIn(rates: RequestRates, asker: Asker, requests: number): Promise<number> {
  const excesses: (number | undefined)[] = []
  while (excesses.length < requests) excesses.push(await rates.excessMs(asker))
  return excesses.filter((excess) => excess === undefined).length
}

describe('in a window', () => {
  test('a principal has its share, whatever its tenant has left', async () => {
    const rates = new RequestRates(limits)
    expect(await letIn(rates, { tenant: ours, principal: 'a' }, 9)).toBe(2)
    expect(await letIn(rates, { tenant: ours, principal: 'b' }, 9)).toBe(2)
  })

  test('what a principal is refused costs its tenant nothing, and what all ask together is the limit of the tenant', async () => {
    const rates = new RequestRates(limits)
    for (const principal of ['a', 'b']) await letIn(rates, { tenant: ours, principal }, 9)
    expect(await letIn(rates, { tenant: ours, principal: 'c' }, 9)).toBe(1)
    expect(await letIn(rates, { tenant: ours, principal: 'd' }, 9)).toBe(0)
  })

  test('no tenant pays for another, though a principal has the same name there', async () => {
    const rates = new RequestRates(limits)
    await letIn(rates, { tenant: ours, principal: 'a' }, 9)
    expect(await letIn(rates, { tenant: theirs, principal: 'a' }, 9)).toBe(2)
  })

  test('where nobody says who asks, the tenant alone counts', async () => {
    expect(await letIn(new RequestRates(limits), { tenant: ours, principal: undefined }, 9)).toBe(5)
  })

  test('the wait is until it ends', async () => {
    const rates = new RequestRates({ ...limits, tenantRequests: 1 })
    const asker = { tenant: ours, principal: undefined }
    await rates.excessMs(asker)
    const excessMs = await rates.excessMs(asker)
    expect(excessMs).toBeGreaterThan(0)
    expect(excessMs).toBeLessThanOrEqual(600_000)
  })
})
