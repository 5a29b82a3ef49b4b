import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FactState } from '../../src/facts/fact.ts'
import { AskedService } from '../support/asked-service.ts'

let service: AskedService
let graphId: string
let otherId: string
beforeAll(async () => {
  service = await AskedService.open({ limits: { requestTargets: 5, subjectTargets: 8, nestingDepth: 8 } })
  graphId = await service.graph({
    nodes: ['main', 'cart', 'total', 'admin'],
    edges: [
      { from: 'main', to: 'cart' },
      { from: 'cart', to: 'total' },
      { from: 'admin', to: 'total' },
    ],
    entryPoints: ['main'],
  })
  otherId = await service.graph({
    nodes: ['run', 'total'],
    edges: [{ from: 'run', to: 'total' }],
    entryPoints: ['run'],
  })
})
afterAll(async () => service[Symbol.asyncDispose]())

const wait = { prefer: 'wait=30' }
const recompute = (body: object, headers: Readonly<Record<string, string>> = wait) =>
  service.post('/signals/reachability/recompute', body, headers)
const factOf = async (key: string) => (await service.get(`/signals/facts/${key}`)).body
const stateOf = async (key: string, target: string) =>
  ((await factOf(key))['states'] as FactState[]).filter((state) => state.target === target)

describe('a recompute', () => {
  test('makes the fact of a subject that nobody named before, in the answer when the client waits', async () => {
    const answer = await recompute({ subject: { scanId: 'new' }, callgraphIds: [graphId], targets: ['total'] })
    expect(answer.status).toBe(202)
    expect(answer.headers['preference-applied']).toBe('wait=30')
    expect(answer.body).toMatchObject({ subjectKey: 'new', callgraphIds: [graphId], targets: 1, fact: { version: 1 } })
    expect(await stateOf('new', 'total')).toMatchObject([{ verdict: 'reachable', path: ['main', 'cart', 'total'] }])
    const receipt = await service.get(`/signals/receipts/${String(answer.body['receiptId'])}`)
    expect(receipt.body).toMatchObject({ kind: 'recompute', state: 'folded', factVersion: 1 })
  })

  test('adds targets for ever, replaces entry points and blocked edges, and leaves what it does not name', async () => {
    const subject = { scanId: 'kept' }
    await recompute({ subject, callgraphIds: [graphId, otherId], targets: ['total'] })
    await recompute({ subject, entryPoints: ['admin'], targets: ['cart'] })
    expect(await stateOf('kept', 'total')).toMatchObject(
      [graphId, otherId].sort().map((id) => ({ callgraphId: id, path: [id === graphId ? 'admin' : 'run', 'total'] })),
    )
    expect(await stateOf('kept', 'cart')).toMatchObject([{ reachable: false }])
    await recompute({ subject, blockedEdges: [{ from: 'admin', to: 'total' }] })
    const [state] = (await stateOf('kept', 'total')).filter(({ callgraphId }) => callgraphId === graphId)
    expect(state).toMatchObject({ reachable: false, evidence: { blockedEdges: [{ from: 'admin', to: 'total' }] } })
    await recompute({ subject, entryPoints: [], blockedEdges: [] })
    expect((await stateOf('kept', 'total')).find(({ callgraphId }) => callgraphId === graphId)).toMatchObject({
      path: ['main', 'cart', 'total'],
    })
    const { targets } = await factOf('kept')
    expect(targets).toEqual(['cart', 'total'].map((target) => ({ target, origin: ['requested'] })))
  })

  test('without targets or graphs makes no fact of an unknown subject, but is kept for when there is one', async () => {
    const subject = { scanId: 'later' }
    const early = await recompute({ subject, entryPoints: ['admin'], metadata: { team: 'shop' } })
    expect(early).toMatchObject({ status: 202, headers: { 'preference-applied': 'respond-async' } })
    expect((await service.get('/signals/facts/later')).status).toBe(404)
    await recompute({ subject, callgraphIds: [graphId], targets: ['total'] })
    expect(await stateOf('later', 'total')).toMatchObject([{ path: ['admin', 'total'] }])
    expect((await factOf('later'))['metadata']).toMatchObject({ team: 'shop' })
  })

  test('is done once for one key, whatever is asked again, and refused for another body', async () => {
    const body = { subject: { scanId: 'once' }, callgraphIds: [graphId], targets: ['total'] }
    const headers = { ...wait, 'idempotency-key': 'recompute-1' }
    const first = await recompute(body, headers)
    const again = await recompute(body, headers)
    expect(again.status).toBe(200)
    expect(again.headers['idempotent-replay']).toBe('true')
    expect(again.body['receiptId']).toBe(first.body['receiptId'])
    expect(await recompute({ ...body, targets: ['cart'] }, headers)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    })
  })

  test('of a full subject is refused, and nothing of it is kept', async () => {
    const subject = { scanId: 'full' }
    await recompute({ subject, callgraphIds: [graphId], targets: ['a', 'b', 'c', 'd', 'e'] })
    await recompute({ subject, targets: ['f', 'g', 'h'] })
    await service.built.settled()
    const before = await service.built.stored()
    expect(await recompute({ subject, targets: ['i'] })).toMatchObject({
      status: 409,
      body: { code: 'SUBJECT_TOO_LARGE' },
    })
    expect(await service.built.stored()).toEqual(before)
  })
})

const subject = { scanId: 's' }
test.each([
  ['an unknown graph', { subject, callgraphIds: ['cg-none'] }, 404, 'CALLGRAPH_NOT_FOUND'],
  ['no subject', { targets: ['a'] }, 400, 'REQUEST_INVALID'],
  ['a subject without a key', { subject: { component: 'a' } }, 400, 'SUBJECT_INVALID'],
  ['a member that is none', { subject, target: ['a'] }, 400, 'REQUEST_INVALID'],
  ['too many targets', { subject, targets: ['a', 'b', 'c', 'd', 'e', 'f'] }, 400, 'REQUEST_INVALID'],
  ['an empty target', { subject, targets: [' '] }, 400, 'REQUEST_INVALID'],
  ['half an edge', { subject, blockedEdges: [{ from: 'a' }] }, 400, 'REQUEST_INVALID'],
  ['a member said twice', '{"subject":{"scanId":"s"},"targets":["a"],"targets":[]}', 400, 'JSON_DUPLICATE_MEMBER'],
  ['metadata that is no text', { subject, metadata: { a: 1 } }, 400, 'REQUEST_INVALID'],
  ['broken JSON', '{"subject"', 400, 'JSON_MALFORMED'],
  ['no body', '', 400, 'REQUEST_INVALID'],
])('a recompute with %s is refused and leaves nothing behind', async (_name, body, status, code) => {
  await service.built.settled()
  const before = await service.built.stored()
  const answer = await service.post('/signals/reachability/recompute', body)
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code })
  expect(await service.built.stored()).toEqual(before)
})

test('a recompute needs its own scope', async () => {
  const answer = await recompute({ subject, targets: ['a'] }, { 'x-scopes': 'signals:write signals:read' })
  expect(answer.status).toBe(403)
})
