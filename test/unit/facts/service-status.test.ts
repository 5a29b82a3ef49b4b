import { expect, test } from 'vitest'
import { type ServiceStatusDeps, serviceStatus } from '../../../src/facts/service-status.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { acme } from '../../support/store-values.ts'

function depsOf(changed: Partial<ServiceStatusDeps> = {}): ServiceStatusDeps {
  const time = new ManualTime()
  const oldest = new Date(time.clock() - 90_500).toISOString()
  return {
    facts: { countFacts: async () => 3, backlog: async () => ({ events: 7, oldest }) },
    queue: { countAllPending: async (tenant) => (tenant === undefined ? 20 : 2) },
    deadLetters: { count: async () => 4 },
    factCache: { figures: () => ({ hits: 3, misses: 1 }) },
    busFigures: async () => ({ streamLength: 12, consumerLag: null }),
    version: '1',
    backends: { store: 'sqlite' },
    authentication: { mode: 'jwt' },
    sealedMode: { state: async () => ({ isEnforced: false }) },
    mode: 'mixed',
    startedAtMs: time.clock() - 1_500,
    clock: time.clock,
    ...changed,
  }
}

test('tells a tenant its own figures, and asks for no others', async () => {
  const unasked = (): never => {
    throw new Error('asked for the figures of others')
  }
  const deps = depsOf({ deadLetters: { count: unasked }, factCache: { figures: unasked }, busFigures: unasked })
  const status = await serviceStatus(deps, { tenant: acme, mayOperate: false })
  expect(status).toMatchObject({
    uptimeSeconds: 1.5,
    tenant: { name: 'acme', figures: { facts: 3, pendingEvidence: 2 } },
  })
  expect(status).not.toHaveProperty('instance')
})

test('tells an operator how outbox, dead letters, bus and cache are', async () => {
  const { instance } = await serviceStatus(depsOf(), { tenant: acme, mayOperate: true })
  expect(instance).toMatchObject({
    pendingEvidence: 20,
    unrelayedEvents: 7,
    outboxAgeSeconds: 90.5,
    deadLetters: 4,
    streamLength: 12,
    consumerLag: null,
    cacheHits: 3,
    cacheMisses: 1,
    cacheHitRate: 0.75,
  })
})

test('nothing waiting has no age, and nothing read no rate', async () => {
  const deps = depsOf({
    facts: { countFacts: async () => 0, backlog: async () => ({ events: 0 }) },
    factCache: { figures: () => ({ hits: 0, misses: 0 }) },
  })
  const { instance } = await serviceStatus(deps, { tenant: acme, mayOperate: true })
  expect(instance).toMatchObject({ oldestUnrelayedEvent: null, outboxAgeSeconds: 0, cacheHitRate: null })
})
