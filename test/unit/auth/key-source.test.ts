import { beforeAll, beforeEach, expect, test } from 'vitest'
import { KeySource } from '../../../src/auth/key-source.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { openIssuer } from '../../support/token-issuer.ts'

const refreshMs = 60_000
const cooldownMs = 10_000
const quiet = { info: () => undefined, warn: () => undefined }

let keySet: string
let time: ManualTime
let loads: PromiseWithResolvers<string>[]
let source: KeySource

beforeAll(async () => {
  keySet = (await openIssuer(new ManualTime().clock)).keySet
})
beforeEach(() => {
  time = new ManualTime()
  loads = []
  const load = (): Promise<string> => {
    const loading = Promise.withResolvers<string>()
    loads.push(loading)
    return loading.promise
  }
  source = new KeySource({ load, clock: time.clock, logger: quiet, refreshMs, cooldownMs })
})

async function known(): Promise<unknown> {
  const keys = source.current()
  loads.at(-1)?.resolve(keySet)
  return await keys
}

/** The issuer is asked once more, and fails. */
async function fail(): Promise<void> {
  time.pass(refreshMs)
  const keys = source.current()
  loads.at(-1)?.reject(new Error('away'))
  await keys
}

test('who asks while keys are loaded for the first time waits for the same load', async () => {
  const asked = [source.renewed(), source.renewed()]
  const current = source.current()
  expect(loads).toHaveLength(1)
  loads[0]?.resolve(keySet)
  const [one, ...others] = await Promise.all(asked)
  for (const other of [...others, await current]) expect(other).toBe(one)
})

test('fresh keys are there at once', async () => {
  const keys = await known()
  time.pass(refreshMs - 1)
  expect(source.current()).toBe(keys)
  expect(loads).toHaveLength(1)
})

test('who asks when keys are due waits for newer ones: the old ones may be withdrawn', async () => {
  await known()
  time.pass(refreshMs)
  expect([source.current(), source.current()]).toEqual([expect.any(Promise), expect.any(Promise)])
  expect(loads).toHaveLength(2)
  loads[1]?.resolve(keySet)
})

test('keys that are published unchanged are the same, so that what they verified still counts', async () => {
  const keys = await known()
  time.pass(refreshMs)
  expect(await known()).toBe(keys)
  expect(loads).toHaveLength(2)
})

test('nobody waits for an issuer that is away, however long it takes to say so', async () => {
  const keys = await known()
  await fail()
  time.pass(1_000)
  expect(source.current()).toBe(keys)
  expect(loads).toHaveLength(3)
  time.pass(refreshMs)
  expect(source.current()).toBe(keys)
  expect(loads).toHaveLength(3)
})

test('a load that failed is tried again after a second, and not before', async () => {
  await known()
  await fail()
  time.pass(999)
  void source.current()
  expect(loads).toHaveLength(2)
  time.pass(1)
  void source.current()
  expect(loads).toHaveLength(3)
})

test('an unknown key has keys loaded again after the cool-down, and not before', async () => {
  const keys = await known()
  time.pass(cooldownMs - 1)
  expect(await source.renewed()).toBe(keys)
  expect(loads).toHaveLength(1)
  time.pass(1)
  const renewed = source.renewed()
  expect(loads).toHaveLength(2)
  loads[1]?.resolve('{"keys":[]}')
  expect(await renewed).not.toBe(keys)
})

test('an unknown key is neither good nor bad while the issuer is away', async () => {
  await known()
  await fail()
  await expect(source.renewed()).rejects.toMatchObject({ code: 'TOKEN_KEYS_UNAVAILABLE', retryAfterSeconds: 1 })
})

test('a clock that is put back does not keep old keys fresh', async () => {
  await known()
  time.pass(-3_600_000)
  expect(source.current()).toBeInstanceOf(Promise)
  expect(loads).toHaveLength(2)
})
