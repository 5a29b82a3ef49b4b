import { afterEach, beforeEach, expect, test } from 'vitest'
import { nothingLeft } from '../../src/erasure/erasure.ts'
import { forgetRelayed } from '../../src/erasure/forget-relayed.ts'
import { verifyStore } from '../../src/integrity/verify-store.ts'
import { type Answer, type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph } from '../support/posted-graph.ts'
import { acme, at, factUpdated } from '../support/store-values.ts'

const minute = 60_000
const json = { 'content-type': 'application/json', prefer: 'wait=30', 'x-stella-tenant': 'acme' }

let built: BuiltApp
let aheadMs: number
beforeEach(async () => {
  aheadMs = 0
  built = await openApp({}, { clock: () => Date.now() + aheadMs })
})
afterEach(() => built[Symbol.asyncDispose]())

async function ask(url: string, method: 'GET' | 'DELETE' = 'GET'): Promise<Answer> {
  return await built.ask(url, { method, headers: { 'x-stella-tenant': 'acme' } })
}

async function erase(subjectKey: string): Promise<Record<string, unknown>> {
  const url = `/signals/subjects/${subjectKey}`
  const { body: plan } = await ask(url, 'DELETE')
  const { body } = await ask(`${url}?confirm=${String(plan['planDigest'])}`, 'DELETE')
  expect(body).toMatchObject({ status: 'erased' })
  return { ...body, sharedContent: plan['sharedContent'] }
}

/** So many symbols that hits and lists are content of their own. */
async function postMany(callgraphId: string, scanId: string): Promise<Answer> {
  const events = Array.from({ length: 1_500 }, (_, n) => ({ symbolId: `secret-${n}` }))
  const body = JSON.stringify({ subject: { scanId }, callgraphId, events })
  const answer = await built.ask('/signals/runtime-facts', { body, headers: json })
  expect(answer.status, answer.text).toBe(202)
  await built.settled()
  return answer
}

async function findings(): Promise<unknown[]> {
  const found: unknown[] = []
  await verifyStore(built.context.stores, { quarantine: false, onFinding: (finding) => void found.push(finding) })
  return found
}

test('content that another subject holds too stays with it, and goes when the last is erased', async () => {
  const graph = await postGraph(built, {}, { 'x-stella-tenant': 'acme' })
  for (const scanId of ['one', 'two']) await postMany(graph, scanId)
  const before = await ask('/signals/facts/two/states?limit=200')
  aheadMs = 11 * minute
  const first = await erase('one')
  expect(first).toMatchObject({ contentLeft: 0 })
  expect(Number(first['sharedContent'])).toBeGreaterThan(2)
  expect((await ask('/signals/facts/two/states?limit=200')).text).toBe(before.text)
  expect(await findings()).toEqual([])
  expect(await erase('two')).toMatchObject({ contentLeft: 0, sharedContent: 0 })
  for await (const key of built.context.stores.cas.list(acme)) {
    expect((await built.context.stores.content.readNamed(key)).includes('secret-')).toBe(false)
  }
  expect(await findings()).toEqual([])
})

test('content that somebody may be about to name stays until that is sure, and is erased when that is asked again', async () => {
  const graph = await postGraph(built, {}, { 'x-stella-tenant': 'acme' })
  await postMany(graph, 'one')
  const { contentLeft } = await erase('one')
  expect(contentLeft).toBeGreaterThan(2)
  expect((await ask('/signals/facts/one')).status).toBe(404)
  // Whoever puts the same meanwhile keeps it.
  await postMany(graph, 'two')
  aheadMs = 11 * minute
  expect(await erase('one')).toMatchObject({ contentLeft: 0 })
  expect(await findings()).toEqual([])
  expect((await ask('/signals/facts/two')).status).toBe(200)
})

test('while a subject is being erased, evidence is taken and waits; then it makes the next version', async () => {
  await postGraph(built, { scanId: 'one', target: 'b' }, { 'x-stella-tenant': 'acme' })
  const counts = { facts: 0, versions: 0, evidence: 0, events: 0, deadLetters: 0, bundles: 0, callgraphs: 0 }
  const begun = {
    id: '1',
    tenant: acme,
    subjectKey: 'one',
    planDigest: 'sha256:plan',
    version: 1,
    counts: { ...counts, content: 0, contentBytes: 0 },
    correlationId: 'asked',
    begunAt: at(0),
    left: nothingLeft,
  }
  await built.context.stores.erasures.begin(begun)
  const body = JSON.stringify({ subject: { scanId: 'one' }, targets: ['c'] })
  const url = '/signals/reachability/recompute'
  const { status, body: receipt } = await built.ask(url, { body, headers: { ...json, prefer: 'wait=0' } })
  expect(status).toBe(202)
  await built.settled()
  const of = `/signals/receipts/${String(receipt['receiptId'])}`
  expect((await ask(of)).body).toMatchObject({ state: 'pending' })
  await built.context.stores.erasures.end({ ...begun, endedAt: at(1) })
  await built.context.folding.folded({ tenant: acme, subjectKey: 'one' })
  expect((await ask(of)).body).toMatchObject({ state: 'folded', factVersion: 2 })
})

test('what a late relay brings of an erased version is taken back, and what came after it is not', async () => {
  await postGraph(built, { scanId: 'one', target: 'b' }, { 'x-stella-tenant': 'acme' })
  await erase('one')
  const { eventLog, versions } = built.context.stores
  const late = factUpdated({ subject_key: 'one', fact_version: 1 })
  const next = factUpdated({ subject_key: 'one', fact_version: 2 })
  await eventLog.append([late, next])
  await forgetRelayed(built.context.stores, [late, next])
  const { items } = await eventLog.page(acme, undefined, 10)
  const told = new Map(items.map((event) => [event.event_id, event.summary]))
  expect(told.get(late.event_id)).toMatchObject({ erased: true, targets: [] })
  expect(told.get(next.event_id)).toEqual(next.summary)
  expect(await versions.page({ tenant: acme, subjectKey: 'one' }, undefined, 9)).toEqual([])
})

test('of a version that was not told yet it is told that there was one', async () => {
  await postGraph(built, { scanId: 'one', target: 'b' }, { 'x-stella-tenant': 'acme' })
  const row = (await built.context.stores.facts.find(acme, 'one'))!
  const [event] = (await built.context.stores.eventLog.page(acme, undefined, 1)).items
  const { digest, computedAt } = row.fact!
  const { targets: _t, analysisIds: _a, change, computedAt: _c, ...figures } = event!.summary
  const untold = { id: crypto.randomUUID(), version: 2, digest, time: computedAt, change, figures }
  expect(
    await built.context.stores.facts.save({ ...row, revision: row.revision + 1, version: 2, events: [untold] }),
  ).toBe('saved')
  await erase('one')
  await built.context.relay.flush()
  const { items } = await built.context.stores.eventLog.page(acme, undefined, 9)
  expect(items.map(({ fact_version, summary }) => [fact_version, summary.erased])).toEqual([
    [1, true],
    [2, true],
  ])
  expect(await built.context.stores.versions.page({ tenant: acme, subjectKey: 'one' }, undefined, 9)).toEqual([])
  expect(await findings()).toEqual([])
})
