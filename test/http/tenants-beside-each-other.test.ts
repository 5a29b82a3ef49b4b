import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { EventFollower } from '../support/event-follower.ts'
import { smallGraph } from '../support/posted-graph.ts'
import { acme, globex, tenantNamed } from '../support/store-values.ts'
import { askAs, type Caller, liven } from '../support/tenants/lively-tenant.ts'

let built: BuiltApp
beforeAll(async () => {
  built = await openApp()
})
afterAll(() => built[Symbol.asyncDispose]())

const callerOf = (tenant: Tenant): Caller => ({ built, tenant, headers: { 'x-stella-tenant': tenant } })

interface Cost {
  readonly keys: readonly string[]
  readonly bytes: number
  readonly puts: number
}

async function keptBy(tenant: Tenant): Promise<Pick<Cost, 'keys' | 'bytes'>> {
  const keys: string[] = []
  let bytes = 0
  for await (const key of built.context.stores.cas.list(tenant)) {
    const { stored, storedLength } = await built.context.stores.cas.open(key)
    stored.destroy()
    keys.push(`${key.namespace}/${key.key}`)
    bytes += storedLength
  }
  return { keys, bytes }
}

async function puts(): Promise<number> {
  const sample = 'signals_cas_operation_duration_seconds_count{operation="put",outcome="done"}'
  const line = (await built.context.registry.metrics()).split('\n').find((text) => text.startsWith(sample))
  return Number(line?.slice(sample.length))
}

const graph = '/signals/callgraphs?language=node&component=same&version=1&target=b&scanId=same'

/** What keeping a graph comes to for a tenant that has nothing. */
async function costOf(tenant: Tenant): Promise<Cost> {
  const before = await puts()
  const { status, body } = await askAs(callerOf(tenant), {
    url: graph,
    body: smallGraph,
    headers: { prefer: 'wait=30' },
  })
  expect({ status, told: body['status'] }).toEqual({ status: 202, told: 'created' })
  await built.settled()
  return { ...(await keptBy(tenant)), puts: (await puts()) - before }
}

test('the same graph costs the second who posts it as much as the first, and is kept for each with a manifest of its own', async () => {
  const [first, second] = [await costOf(tenantNamed('first')), await costOf(tenantNamed('second'))]
  expect(first.puts).toBeGreaterThanOrEqual(4)
  expect(first.keys.filter((key) => key.startsWith('manifests/'))).toHaveLength(1)
  expect(second.keys).toEqual(first.keys)
  expect(second.puts).toBe(first.puts)
  // A manifest says when it was made.
  expect(Math.abs(second.bytes - first.bytes)).toBeLessThanOrEqual(8)
  const again = await askAs(callerOf(tenantNamed('second')), { url: graph, body: smallGraph })
  expect(again.body['status']).toBe('unchanged')
})

test('who follows events is sent those of its own tenant only, and no place of another is a place to go on from', async () => {
  const { url } = await built.listen()
  await liven(callerOf(acme), 'acme-before')
  await using follower = await EventFollower.open(url, { 'x-stella-tenant': globex })
  const { eventIds } = await liven(callerOf(acme), 'acme-word')
  await liven(callerOf(globex), 'globex-word')
  await follower.until('globex-word-scan', (events) => events.length > 0)
  expect(new Set(follower.events.map(({ tenant }) => tenant))).toEqual(new Set([globex]))
  for (const headers of [{ accept: 'application/json' }, { accept: 'text/event-stream' }]) {
    const after = { url: `/signals/events?after=${eventIds[0] ?? ''}`, headers }
    expect(await askAs(callerOf(globex), after)).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } })
  }
})

test('no metric names a tenant, a subject or a graph', async () => {
  const { subjectKey, callgraphId } = await liven(callerOf(tenantNamed('metered-tenant')), 'metered-word')
  await askAs(callerOf(tenantNamed('metered-tenant')), { url: `/signals/facts/${subjectKey}` })
  const metrics = await built.context.registry.metrics()
  expect(metrics).toContain('signals_http_responses_total')
  for (const name of ['metered', callgraphId]) expect(metrics).not.toContain(name)
})
