import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { acme, globex } from '../support/store-values.ts'
import { askAs, type Caller, type Lively, liven, type Request } from '../support/tenants/lively-tenant.ts'
import { type Given, given, routeCases, type Told, told } from '../support/tenants/route-cases.ts'
import { bearer, jwtSettings, keySetOf, openIssuer } from '../support/token-issuer.ts'

const { clock } = new ManualTime()
/** Everything but the figures of the whole instance, which are no tenant's. */
const scopes = 'signals:read signals:write signals:admin'
const opened = new AsyncDisposableStack()

/** The ids of a request follow from its number: who asks the same of two services is told the same. */
const ids = {
  request: 0,
  made: 0,
  begin(request: number): void {
    Object.assign(ids, { request, made: 0 })
  },
  next: () => `00000000-0000-7000-8000-${String(ids.request).padStart(6, '0')}${String(++ids.made).padStart(6, '0')}`,
}
const handedIn = { clock, newId: ids.next }

interface Door {
  readonly name: string
  open(): Promise<BuiltApp>
  caller(built: BuiltApp, tenant: Tenant): Promise<Caller>
}

const byHeader: Door = {
  name: 'that the header names',
  open: () => openApp({}, handedIn),
  async caller(built, tenant) {
    return { built, tenant, headers: { 'x-stella-tenant': tenant, 'x-scopes': scopes, 'x-correlation-id': 'asked' } }
  },
}

const issuer = await openIssuer(clock)
const byToken: Door = {
  name: 'of the token',
  async open() {
    const directory = opened.use(await temporaryDirectory())
    const jwks = join(directory.path, 'jwks.json')
    await writeFile(jwks, keySetOf(issuer.pair))
    return await openApp(jwtSettings(jwks), handedIn)
  },
  async caller(built, tenant) {
    const token = await issuer.token({ tenant, scope: scopes })
    return { built, tenant, headers: bearer(token, { 'x-correlation-id': 'asked' }) }
  },
}

afterAll(() => opened.disposeAsync())

describe.each([byHeader, byToken])('a tenant $name, who knows all names of another,', (door) => {
  /** Beside a lively tenant, and alone. */
  let beside: Caller
  let alone: Caller
  let owner: Caller
  let known: Lively
  let tokens: Given
  let foreignIds: readonly string[]

  beforeAll(async () => {
    const [lively, empty] = [opened.use(await door.open()), opened.use(await door.open())]
    owner = await door.caller(lively, acme)
    beside = await door.caller(lively, globex)
    alone = await door.caller(empty, globex)
    known = await liven(owner, 'acme-word')
    tokens = await given(owner, known)
    foreignIds = [...known.receiptIds, ...known.eventIds, known.deadEventId]
  })

  const cases = (): [string, Request][] =>
    Object.entries(routeCases(known, tokens)).flatMap(([route, requests]) =>
      requests.map((request): [string, Request] => [route, request]),
    )

  /** Asked side by side, so that whatever the caller posts is there in both. */
  async function expectTheSame([route, request]: [string, Request]): Promise<void> {
    const answers: Told[] = []
    const number = ids.request + 1
    for (const caller of [beside, alone]) {
      ids.begin(number)
      answers.push(told(await askAs(caller, request), foreignIds))
      await caller.built.settled()
    }
    const asked = { route, url: request.url, method: request.method, headers: request.headers }
    expect({ ...asked, answer: answers[0] }).toEqual({ ...asked, answer: answers[1] })
  }

  /** What the owner reads, whoever else asks for it. */
  async function owned(): Promise<Told[]> {
    const answers: Told[] = []
    for (const [, request] of cases()) {
      if (!['GET', undefined].includes(request.method) || request.body !== undefined) continue
      answers.push(told(await askAs(owner, request), foreignIds))
    }
    return answers
  }

  test('finds a case for every route of the OpenAPI document', async () => {
    const { body } = await owner.built.ask('/openapi.json')
    const routes = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(Object.keys(routeCases(known, tokens)).sort()).toEqual(routes.sort())
  })

  test('is told by every route what would be told if the other had nothing, before and after posting the same, and takes nothing from the other', async () => {
    const before = await owned()
    for (const each of cases()) await expectTheSame(each)
    for (const each of cases()) await expectTheSame(each)
    expect(await owned()).toEqual(before)
  })

  test('would be seen to read a receipt of the other, were there a way', async () => {
    const { queue } = beside.built.context.stores
    const isReceipt = ([route]: [string, Request]): boolean => route.includes('/receipts/')
    const find = queue.findReceipt.bind(queue)
    const leak = vi.spyOn(queue, 'findReceipt').mockImplementation((_tenant, id) => find(acme, id))
    for (const each of cases().filter(isReceipt)) await expect(expectTheSame(each)).rejects.toThrow('deeply equal')
    leak.mockRestore()
    for (const each of cases().filter(isReceipt)) await expectTheSame(each)
  })

  test('is told of the other by no method that a path does not take', async () => {
    const urls = new Set(cases().map(([, { url }]) => url))
    for (const url of urls) {
      for (const method of ['OPTIONS', 'PUT', 'PATCH'] as const) await expectTheSame([method, { url, method }])
    }
  })
})

test('whoever names a tenant that is not in the token learns nothing by any route', async () => {
  const built = opened.use(await byToken.open())
  const owner = await byToken.caller(built, acme)
  const known = await liven(owner, 'acme-word')
  const { headers } = await byToken.caller(built, globex)
  for (const [route, requests] of Object.entries(routeCases(known, await given(owner, known)))) {
    if (['GET /healthz', 'GET /readyz'].includes(route)) continue
    for (const request of requests) {
      const impostor = { built, tenant: globex, headers: { ...headers, 'x-stella-tenant': acme } }
      const { status, text } = await askAs(impostor, request)
      const code = text === '' ? 'TENANT_MISMATCH' : JSON.parse(text).code
      expect({ route, status, code }).toEqual({ route, status: 403, code: 'TENANT_MISMATCH' })
    }
  }
})
