import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verifyStore } from '../../src/integrity/verify-store.ts'
import { type Answer, type BuiltApp, openApp } from '../support/build-app.ts'
import { smallGraph } from '../support/posted-graph.ts'
import { acme, globex } from '../support/store-values.ts'
import { textOf } from '../support/tenants/at-rest.ts'
import { askAs, type Caller, type Lively, liven } from '../support/tenants/lively-tenant.ts'

let built: BuiltApp
let caller: Caller
let other: Caller
let known: Lively
let lastVersion: number

const word = 'personal'
const subject = `/signals/subjects/${word}-scan`

beforeEach(async () => {
  built = await openApp({ erasure: { contentGraceMs: 1 } })
  caller = { built, tenant: acme, headers: { 'x-stella-tenant': acme } }
  other = { built, tenant: globex, headers: { 'x-stella-tenant': globex } }
  known = await liven(caller, word)
  const { body } = await askAs(caller, { url: `/signals/facts/${word}-scan` })
  lastVersion = Number((body['metadata'] as Record<string, string>)['fact.version'])
})
afterEach(() => built[Symbol.asyncDispose]())

async function erase(who: Caller, url: string): Promise<Answer> {
  const planned = await askAs(who, { url, method: 'DELETE' })
  expect(planned, planned.text).toMatchObject({ status: 200, body: { status: 'planned' } })
  const erased = await askAs(who, { url: `${url}?confirm=${String(planned.body['planDigest'])}`, method: 'DELETE' })
  expect(erased, erased.text).toMatchObject({ status: 200, body: { status: 'erased', erased: planned.body['erases'] } })
  await built.settled()
  return erased
}

async function statusOf(who: Caller, url: string): Promise<number> {
  return (await askAs(who, { url })).status
}

async function findings(): Promise<unknown[]> {
  const found: unknown[] = []
  await verifyStore(built.context.stores, { quarantine: false, onFinding: (finding) => void found.push(finding) })
  return found
}

async function contentWith(text: string): Promise<string[]> {
  const found: string[] = []
  const { cas, content } = built.context.stores
  for await (const key of cas.list(acme)) if ((await content.readNamed(key)).includes(text)) found.push(key.key)
  return found
}

/** The graph again, and hits as if nothing had been. */
async function postAnew(): Promise<Record<string, unknown>> {
  const { body } = await askAs(caller, known.posts['POST /signals/runtime-facts']!)
  await built.settled()
  return body
}

describe('a subject', () => {
  test('is planned first, and nothing is erased by a plan', async () => {
    const before = await built.stored()
    const { body } = await askAs(caller, { url: subject, method: 'DELETE' })
    expect(body).toMatchObject({
      status: 'planned',
      subjectKey: `${word}-scan`,
      version: lastVersion,
      erases: {
        facts: 1,
        versions: lastVersion,
        evidence: 5,
        events: lastVersion,
        deadLetters: 1,
        bundles: 0,
        callgraphs: 0,
      },
      sharedContent: 0,
      planDigest: expect.stringMatching(/^sha256:/),
    })
    expect((body['erases'] as Record<string, number>)['content']).toBeGreaterThanOrEqual(6)
    expect((body['erases'] as Record<string, number>)['contentBytes']).toBeGreaterThan(500)
    expect(await built.stored()).toEqual(before)
    expect((await askAs(caller, { url: subject, method: 'DELETE' })).body).toEqual(body)
  })

  test('is gone from every row, content and cache, but for its key, and what is stored is sound', async () => {
    await statusOf(caller, `/signals/facts/${word}-scan`)
    const before = await built.atRest()
    expect(textOf(before.rows)).toContain(`${word}-pod`)
    expect((await contentWith(`${word}-pod`)).length).toBeGreaterThan(1)
    await erase(caller, subject)
    for (const url of [
      `/signals/facts/${word}-scan`,
      `/signals/facts/${word}-image`,
      `/signals/facts/${word}-scan/versions`,
      `/signals/facts/${word}-scan/replay-manifest?version=1`,
      `/signals/facts/${word}-scan/states`,
      `/signals/unknowns/${word}-scan`,
      `/signals/receipts/${known.receiptIds[0]}`,
      `/signals/facts?subjectKey=${word}-scan`,
    ]) {
      expect({ url, status: await statusOf(caller, url) }).toEqual({ url, status: 404 })
    }
    expect((await askAs(caller, { url: '/signals/events/dead-letters' })).body['items']).toEqual([])
    const { rows, files } = await built.atRest()
    for (const gone of [`${word}-pod`, `${word}-image`, `${word}-process`, `${word}.target`]) {
      expect({ gone, isThere: textOf(rows).includes(gone) }).toEqual({ gone, isThere: false })
      expect({ gone, content: await contentWith(gone) }).toEqual({ gone, content: [] })
    }
    expect(files.length).toBeLessThan(before.files.length)
    expect(await findings()).toEqual([])
  })

  test('leaves its graph, other subjects and other tenants as they were', async () => {
    const synthetic = `/signals/facts/synthetic:${word}`
    const urls = [
      `/signals/callgraphs/${known.callgraphId}/graph`,
      `/signals/callgraphs/${known.callgraphId}/manifest`,
      synthetic,
    ]
    await liven(other, word)
    const before = await Promise.all(urls.map((url) => askAs(caller, { url })))
    const foreign = await askAs(other, { url: `/signals/facts/${word}-scan` })
    await erase(caller, subject)
    const after = await Promise.all(urls.map((url) => askAs(caller, { url })))
    expect(after.map(({ status, text }) => ({ status, text }))).toEqual(
      before.map(({ status, text }) => ({ status, text })),
    )
    expect((await askAs(other, { url: `/signals/facts/${word}-scan` })).text).toBe(foreign.text)
    expect((await askAs(caller, { url: `/signals/callgraphs?subjectKey=${word}-scan` })).body['items']).toEqual([])
  })

  test('that comes to be again goes on behind its last version, with a key that was used before', async () => {
    await erase(caller, subject)
    expect(await postAnew()).toMatchObject({ fact: { version: lastVersion + 1 }, duplicate: 0 })
    const { body } = await askAs(caller, { url: `/signals/facts/${word}-scan/versions` })
    expect((body['items'] as { version: number }[]).map(({ version }) => version)).toEqual([lastVersion + 1])
    expect(await statusOf(caller, `/signals/facts/${word}-scan?version=${lastVersion}`)).toBe(404)
    expect(await findings()).toEqual([])
    await erase(caller, subject)
    expect(await postAnew()).toMatchObject({ fact: { version: lastVersion + 2 } })
    expect(await findings()).toEqual([])
  })

  test('keeps the places of its events, which tell of nothing but their versions', async () => {
    const { body: before } = await askAs(caller, { url: '/signals/events?limit=1' })
    await erase(caller, subject)
    const { body } = await askAs(caller, { url: `/signals/events?limit=200&after=${String(before['nextCursor'])}` })
    const { body: all } = await askAs(caller, { url: '/signals/events?limit=200' })
    const events = all['items'] as { event_id: string; subject_key: string; summary: Record<string, unknown> }[]
    expect(events.map(({ event_id }) => event_id)).toEqual(known.eventIds)
    expect(body['items']).toEqual(events.slice(1))
    const own = events.filter(({ subject_key }) => subject_key === `${word}-scan`)
    expect(own.length).toBe(lastVersion)
    for (const { summary } of own) {
      expect(summary).toMatchObject({
        erased: true,
        verdict: 'unknown',
        targets: [],
        callgraphIds: [],
        analysisIds: [],
      })
    }
    expect(await statusOf(caller, `/signals/events?after=${known.eventIds[0]}`)).toBe(200)
  })

  test('is not erased when something has come since the plan, and the new plan is told', async () => {
    const { body: plan } = await askAs(caller, { url: subject, method: 'DELETE' })
    await askAs(caller, known.posts['POST /signals/runtime-facts/ndjson']!)
    const more = { ...known.posts['POST /signals/runtime-facts']!, headers: { 'content-type': 'application/json' } }
    await askAs(caller, more)
    await built.settled()
    const refused = await askAs(caller, { url: `${subject}?confirm=${String(plan['planDigest'])}`, method: 'DELETE' })
    expect(refused).toMatchObject({
      status: 412,
      body: { code: 'ERASURE_PLAN_CHANGED', plan: { erases: { evidence: 6 } } },
    })
    expect(await statusOf(caller, `/signals/facts/${word}-scan`)).toBe(200)
    const fresh = (refused.body['plan'] as { planDigest: string }).planDigest
    expect((await askAs(caller, { url: `${subject}?confirm=${fresh}`, method: 'DELETE' })).status).toBe(200)
  })

  test('that was erased is answered with what was done, and then there is nothing to erase', async () => {
    const erased = await erase(caller, subject)
    const again = { url: `${subject}?confirm=${String(erased.body['planDigest'])}`, method: 'DELETE' as const }
    expect((await askAs(caller, again)).body).toEqual(erased.body)
    for (const url of [subject, `${subject}?confirm=sha256:other`, '/signals/subjects/nobody']) {
      expect(await askAs(caller, { url, method: 'DELETE' })).toMatchObject({
        status: 404,
        body: { code: 'NOTHING_TO_ERASE' },
      })
    }
    const { body } = await askAs(caller, { url: '/signals/erasures' })
    expect(body['items']).toEqual([erased.body])
    expect((await askAs(other, { url: '/signals/erasures' })).body).toEqual({ items: [] })
  })

  test('of a union bundle leaves the bundle its graph and its id, and takes its runtime facts', async () => {
    const files = `/signals/reachability/union/${word}-bundle/files`
    expect(await statusOf(caller, `${files}/facts_runtime.ndjson`)).toBe(200)
    const { body } = await erase(caller, `/signals/subjects/${word}-bundle`)
    expect(body['erased']).toMatchObject({ bundles: 1 })
    expect(await statusOf(caller, `${files}/facts_runtime.ndjson`)).toBe(404)
    expect(await statusOf(caller, `${files}/nodes.ndjson`)).toBe(200)
    expect(await statusOf(caller, `/signals/callgraphs/${word}-bundle`)).toBe(200)
    expect(await askAs(caller, known.posts['POST /signals/reachability/union']!)).toMatchObject({ status: 409 })
    expect(await findings()).toEqual([])
  })
})

describe('a tenant', () => {
  test('erases itself and nobody else', async () => {
    for (const confirm of ['', '?confirm=sha256:any']) {
      const asked = { url: `/signals/tenants/globex${confirm}`, method: 'DELETE' as const }
      expect(await askAs(caller, asked)).toMatchObject({ status: 403, body: { code: 'TENANT_MISMATCH' } })
    }
    const scoped = { ...caller, headers: { ...caller.headers, 'x-scopes': 'signals:write signals:read' } }
    expect((await askAs(scoped, { url: '/signals/tenants/acme', method: 'DELETE' })).status).toBe(403)
    expect((await askAs(scoped, { url: subject, method: 'DELETE' })).status).toBe(403)
  })

  test('is gone but for the keys and versions of its subjects, the other is untouched, and all is sound', async () => {
    await liven(other, 'others')
    const { rows: before, files: filesBefore } = await built.stored()
    const foreign = (rows: typeof before): unknown[] =>
      Object.entries(rows).flatMap(([table, all]) =>
        all.filter((row) => (row as { tenant?: string }).tenant === globex).map((row) => [table, row]),
      )
    const { body } = await erase(caller, '/signals/tenants/acme')
    expect(body).toMatchObject({ contentLeft: 0, erased: { facts: 3, bundles: 1, callgraphs: 2 } })
    const { rows, files } = await built.stored()
    expect(foreign(rows)).toEqual(foreign(before))
    expect(files.filter((file) => file.startsWith('acme/'))).toEqual([])
    expect(files).toEqual(filesBefore.filter((file) => !file.startsWith('acme/')))
    const left = new Map(
      Object.entries(rows).map(([table, all]) => [
        table,
        all.filter((row) => (row as { tenant?: string }).tenant === acme).length,
      ]),
    )
    for (const table of [
      'evidence',
      'callgraphs',
      'callgraph_links',
      'callgraphLinks',
      'fact_links',
      'fact_versions',
      'factVersions',
      'union_bundles',
      'unionBundles',
      'dead_letters',
      'deadLetters',
      'textParts',
    ]) {
      expect({ table, left: left.get(table) ?? 0 }).toEqual({ table, left: 0 })
    }
    expect(await statusOf(caller, `/signals/facts/${word}-scan`)).toBe(404)
    expect((await askAs(caller, { url: '/signals/facts' })).body['items']).toEqual([])
    expect(await findings()).toEqual([])
    expect(await askAs(caller, { url: '/signals/tenants/acme', method: 'DELETE' })).toMatchObject({ status: 404 })
  })

  test('that begins anew goes on behind the last versions', async () => {
    await erase(caller, '/signals/tenants/acme')
    const url = `/signals/callgraphs?language=node&component=${word}-shop&version=1&scanId=${word}-scan&target=b`
    const { body } = await askAs(caller, { url, body: smallGraph, headers: { prefer: 'wait=30' } })
    expect(body).toMatchObject({ status: 'created', fact: { version: lastVersion + 1 } })
    await built.settled()
    expect(await findings()).toEqual([])
  })
})
