import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { type AtRest, type BuiltApp, openApp } from '../support/build-app.ts'
import { acme, globex } from '../support/store-values.ts'
import { misplaced, nameOf, type OfNoTenant, strays, textOf } from '../support/tenants/at-rest.ts'
import { askAs, eraseSubject, liven } from '../support/tenants/lively-tenant.ts'

const tenants = [acme, globex]
const waiting = 'finds what waits, whoever owns it, for those who work for all'

const ofNoTenant: OfNoTenant = {
  tables: {
    schema: 'the version of the schema',
    sqlite_sequence: 'the last number of a row of evidence, which is told to nobody',
  },
  indexes: {
    'facts (oldest_event_at)': waiting,
    'facts (oldestEventAt)': waiting,
    'dead_letters (dead_at, fact_version, event_id)': waiting,
    'deadLetters (deadAt, factVersion, eventId)': waiting,
    'evidence (isPending, tenant, subjectKey, arrivedAt, receivedAt)': waiting,
  },
}

/** Empty unless something is under way at this very moment, or only when texts are short. */
const oftenEmpty = new Set(['fold_leases', 'foldLeases'])

let built: BuiltApp
let atRest: AtRest

beforeAll(async () => {
  built = await openApp()
  for (const tenant of tenants) await liven({ built, tenant, headers: { 'x-stella-tenant': tenant } }, wordOf(tenant))
  for (const tenant of tenants) {
    await eraseSubject({ built, tenant, headers: { 'x-stella-tenant': tenant } }, `synthetic:${wordOf(tenant)}`)
  }
  // So that whatever is kept of an answer is kept.
  for (const tenant of tenants) await readFact(tenant)
  await built.context.stores.facts.lease(acme, 'held', 'nobody', Date.now() + 60_000, Date.now())
  atRest = await built.atRest()
})
afterAll(() => built[Symbol.asyncDispose]())

const wordOf = (tenant: Tenant): string => `word-of-${tenant}`

async function readFact(tenant: Tenant): Promise<void> {
  const caller = { built, tenant, headers: { 'x-stella-tenant': tenant } }
  expect((await askAs(caller, { url: `/signals/facts/${wordOf(tenant)}-scan` })).status).toBe(200)
}

test('there is something of both tenants wherever something can be kept', () => {
  for (const [table, rows] of Object.entries(atRest.rows)) {
    if (table in ofNoTenant.tables || oftenEmpty.has(table)) continue
    const owners = new Set(rows.map((row) => (row as { tenant?: string }).tenant))
    expect({ table, owners }).toEqual({ table, owners: new Set(tenants) })
  }
  for (const tenant of tenants)
    expect(atRest.files.filter((file) => file.startsWith(`${tenant}/`)).length).toBeGreaterThan(10)
  for (const held of Object.values(atRest.bus)) expect(Object.keys(held).length).toBeGreaterThan(0)
})

test('every row, content, cached fact and event says whose it is, and is found by that first', () => {
  expect(strays(atRest, tenants, ofNoTenant)).toEqual([])
})

test('what a tenant sent rests with that tenant alone', async () => {
  for (const tenant of tenants) {
    expect(textOf(atRest.rows), 'the word is there to be found').toContain(wordOf(tenant))
    expect(misplaced(atRest, tenant, wordOf(tenant))).toEqual([])
  }
  for (const tenant of tenants) {
    const [other = acme] = tenants.filter((one) => one !== tenant)
    for await (const key of built.context.stores.cas.list(tenant)) {
      const bytes = await built.context.stores.content.readNamed(key)
      expect({ key, isForeign: bytes.includes(wordOf(other)) }).toEqual({ key, isForeign: false })
    }
  }
})

test('what belongs to no tenant is known by name, and each name is still needed', () => {
  const sqlite = ['sqlite_sequence', 'facts (oldest_event_at)', 'dead_letters (dead_at, fact_version, event_id)']
  const isSqlite = built.context.config.store.driver === 'sqlite'
  const needed = [...Object.keys(ofNoTenant.tables), ...Object.keys(ofNoTenant.indexes)].filter(
    (name) => sqlite.includes(name) === isSqlite,
  )
  const found = [...Object.keys(atRest.rows), ...atRest.indexes.map(nameOf)]
  for (const name of needed) expect(found).toContain(name)
})

test('a table without a tenant, a row of nobody, a key and a file beside the tenants are all found', async () => {
  await built.plant('planted', { name: 'whose?' })
  const planted = await built.atRest()
  expect(strays(planted, tenants, ofNoTenant)).toEqual(['a row of planted'])
  const damaged: AtRest = {
    rows: { ...atRest.rows, events: [...(atRest.rows['events'] ?? []), { tenant: 'nobody' }] },
    indexes: [...atRest.indexes, { table: 'events', name: 'events_at', columns: ['emitted_at', 'tenant'] }],
    files: [...atRest.files, 'artifacts/aa/aa.zst'],
    bus: { ...atRest.bus, 'reachability_cache:scan-1': { bytes: '' }, 'signals.other': [{ event: '{}' }] },
  }
  expect(strays(damaged, tenants, ofNoTenant)).toEqual([
    'a row of events',
    'the index events (emitted_at, tenant)',
    'the content artifacts/aa/aa.zst',
    'the key reachability_cache:scan-1',
    'an entry of signals.other',
  ])
  const leaked = { ...atRest, rows: { events: [{ tenant: globex, event: Buffer.from(wordOf(acme)) }] } }
  expect(misplaced(leaked, acme, wordOf(acme))).toEqual(['a row of events'])
})
