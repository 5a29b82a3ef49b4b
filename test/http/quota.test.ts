import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph, smallGraph } from '../support/posted-graph.ts'

const tenantBytes = 1_000
const named = '/signals/callgraphs?language=node&component=shop&version=2'
const full = { 'x-stella-tenant': 'full' }

const oneDay = 24 * 60 * 60 * 1000

let built: BuiltApp
let passedMs = 0
beforeAll(async () => {
  built = await openApp({ limits: { tenantBytes } }, { clock: () => Date.now() + passedMs })
})
afterAll(() => built[Symbol.asyncDispose]())

test('a tenant that has stored as much as it may adds nothing; it reads on, others post on, and room is made by erasing', async () => {
  const graph = await postGraph(built, { scanId: 's1', target: 'b' }, full)
  const before = await built.stored()
  const { status, body } = await built.ask(named, { body: smallGraph, headers: full })
  expect({ status, ...body }).toMatchObject({
    status: 507,
    code: 'QUOTA_EXCEEDED',
    maxBytes: tenantBytes,
    usedBytes: expect.any(Number),
    detail: expect.stringMatching(/^the tenant has \d+ bytes stored, and may have 1000$/),
  })
  expect(Number(body['usedBytes'])).toBeGreaterThanOrEqual(tenantBytes)
  const events = `/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=s1`
  expect(await built.ask(events, { body: '{"symbolId":"a"}\n', headers: full })).toMatchObject({ status: 507 })
  expect(await built.stored()).toEqual(before)
  expect(built.log.map(({ msg }) => msg)).not.toContain('request failed')

  for (const path of [
    '/signals/facts/s1',
    `/signals/callgraphs/${graph}/graph`,
    '/signals/facts/s1/explain?target=b',
  ]) {
    expect(await built.ask(path, { headers: full })).toMatchObject({ status: 200 })
  }
  expect(await built.ask(named, { body: smallGraph })).toMatchObject({ status: 202 })

  // What was put a moment ago may be somebody's who is about to name it: an erasure leaves it for later.
  passedMs = oneDay
  const plan = await built.ask('/signals/tenants/full', { method: 'DELETE', headers: full })
  const confirm = encodeURIComponent(String(plan.body['planDigest']))
  expect(
    await built.ask(`/signals/tenants/full?confirm=${confirm}`, { method: 'DELETE', headers: full }),
  ).toMatchObject({
    status: expect.toBeOneOf([200, 202, 204]),
  })
  expect(await built.ask(named, { body: smallGraph, headers: full })).toMatchObject({ status: 202 })
})
