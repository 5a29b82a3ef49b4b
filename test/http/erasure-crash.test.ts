import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { eraseSubject } from '../../src/erasure/erase-subject.ts'
import { eraseTenant } from '../../src/erasure/erase-tenant.ts'
import type { ErasureDeps } from '../../src/erasure/erasure-deps.ts'
import { planSubject } from '../../src/erasure/plan-erasure.ts'
import { planTenant } from '../../src/erasure/plan-tenant.ts'
import { verifyStore } from '../../src/integrity/verify-store.ts'
import { systemTimer } from '../../src/lib/timer.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { tenantNamed } from '../support/store-values.ts'
import { textOf } from '../support/tenants/at-rest.ts'
import { askAs, type Caller, liven } from '../support/tenants/lively-tenant.ts'

// Each round is a whole life.
vi.setConfig({ testTimeout: 300_000 })

let built: BuiltApp
beforeAll(async () => {
  built = await openApp({ erasure: { contentGraceMs: 1 } })
})
afterAll(() => built[Symbol.asyncDispose]())

const writing = new Set(['begin', 'end', 'save', 'remove', 'removeThrough', 'replace', 'unlinkSubject'])

class Crash extends Error {}

/** Everything that an erasure works on; before its write of this number the process dies. */
function dyingBefore(crashAt: number): { readonly deps: ErasureDeps; readonly writes: () => number } {
  let writes = 0
  const dying = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        return (...given: readonly unknown[]): unknown => {
          if (writing.has(String(name)) && ++writes >= crashAt) throw new Crash(`before write ${crashAt}`)
          return Reflect.apply(member, target, given)
        }
      },
    })
  const { stores, cacheAndBus, clock, newId } = built.context
  const dyingStores = {
    facts: dying(stores.facts),
    queue: dying(stores.queue),
    versions: dying(stores.versions),
    callgraphs: dying(stores.callgraphs),
    bundles: dying(stores.bundles),
    eventLog: dying(stores.eventLog),
    deadLetters: dying(stores.deadLetters),
    cas: dying(stores.cas),
    erasures: dying(stores.erasures),
  }
  const deps: ErasureDeps = {
    ...stores,
    ...dyingStores,
    markCache: (saved) => cacheAndBus.factCache.mark(saved),
    requestFold: () => undefined,
    onErased: () => undefined,
    clock,
    timer: systemTimer,
    newId,
    limits: { leaseMs: 5_000 },
    contentGraceMs: 1,
  }
  return { deps, writes: () => writes }
}

async function findings(): Promise<unknown[]> {
  const found: unknown[] = []
  await verifyStore(built.context.stores, { quarantine: false, onFinding: (finding) => void found.push(finding) })
  return found
}

/** Runs to the end whatever it dies of: as often as it has writes, and each time it is asked once more. */
async function dieEverywhere(
  prepare: (round: number) => Promise<Caller>,
  erase: (deps: ErasureDeps, caller: Caller, round: number) => Promise<unknown>,
  check: (caller: Caller, round: number) => Promise<void>,
): Promise<number> {
  for (let round = 1; ; round += 1) {
    const caller = await prepare(round)
    const { deps } = dyingBefore(round)
    const outcome = await erase(deps, caller, round).catch((error: unknown) => error)
    await built.settled()
    if (outcome instanceof Crash) await erase(dyingBefore(Number.POSITIVE_INFINITY).deps, caller, round)
    else if (outcome instanceof Error) throw outcome
    await built.settled()
    await check(caller, round)
    if (!(outcome instanceof Crash)) return round
  }
}

const acme = tenantNamed('acme')

test('a subject is erased in the end, wherever the process died, and goes on behind its last version', async () => {
  const wordOf = (round: number): string => `word${round}-of-acme`
  const caller: Caller = { built, tenant: acme, headers: { 'x-stella-tenant': acme } }
  const versions = new Map<number, number>()
  const rounds = await dieEverywhere(
    async (round) => {
      await liven(caller, wordOf(round))
      versions.set(round, (await built.context.stores.facts.find(acme, `${wordOf(round)}-scan`))?.version ?? 0)
      return caller
    },
    async (deps, _caller, round) => {
      const subject = { tenant: acme, subjectKey: `${wordOf(round)}-scan` }
      const planned = await planSubject(deps, subject)
      return await eraseSubject(deps, { ...subject, confirm: planned?.plan.planDigest ?? '', correlationId: 'asked' })
    },
    async (_caller, round) => {
      const { rows } = await built.atRest()
      for (const gone of ['pod', 'image', 'process']) {
        expect({ round, gone, isThere: textOf(rows).includes(`${wordOf(round)}-${gone}`) }).toMatchObject({
          isThere: false,
        })
      }
      const { body } = await askAs(caller, {
        url: '/signals/reachability/recompute',
        body: JSON.stringify({ subject: { scanId: `${wordOf(round)}-scan` }, targets: ['b'] }),
        headers: { 'content-type': 'application/json', prefer: 'wait=30' },
      })
      expect({ round, ...body }).toMatchObject({ round, fact: { version: (versions.get(round) ?? 0) + 1 } })
    },
  )
  // Record, row, versions, events, letter, links, evidence, each blob, record.
  expect(rounds).toBeGreaterThan(15)
  await built.settled()
  expect(await findings()).toEqual([])
})

test('a tenant is erased in the end, wherever the process died', async () => {
  const tenantOf = (round: number) => tenantNamed(`tenant-${round}`)
  const rounds = await dieEverywhere(
    async (round) => {
      const tenant = tenantOf(round)
      const caller: Caller = { built, tenant, headers: { 'x-stella-tenant': tenant } }
      await liven(caller, 'word')
      return caller
    },
    async (deps, { tenant }) => {
      const plan = await planTenant(deps, tenant)
      return await eraseTenant(deps, { tenant, confirm: plan?.planDigest ?? '', correlationId: 'asked' })
    },
    async (caller, round) => {
      const { files } = await built.stored()
      expect(files.filter((file) => file.startsWith(`${tenantOf(round)}/`))).toEqual([])
      const { body } = await askAs(caller, { url: `/signals/tenants/tenant-${round}`, method: 'DELETE' })
      expect({ round, code: body['code'] }).toEqual({ round, code: 'NOTHING_TO_ERASE' })
    },
  )
  expect(rounds).toBeGreaterThan(30)
  expect(await findings()).toEqual([])
})
