import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph } from '../support/posted-graph.ts'

let built: BuiltApp
let callgraphId: string
/** As each version was answered while it was the last. */
const answered: Record<string, unknown>[] = []

beforeAll(async () => {
  built = await openApp()
  callgraphId = await postGraph(built, { scanId: 'scan-1', target: 'c' })
  await remember()
  await postHits('a', 'nobody')
  await postHits('b')
  await post('/signals/reachability/recompute', { blockedEdges: [{ from: 'a', to: 'b' }] })
  await post('/signals/reachability/recompute', { blockedEdges: [] })
})
afterAll(() => built[Symbol.asyncDispose]())

async function remember(): Promise<void> {
  await built.settled()
  answered.push((await built.ask('/signals/facts/scan-1')).body)
}

async function post(url: string, body: object): Promise<void> {
  const { status, text } = await built.ask(url, {
    body: JSON.stringify({ subject: { scanId: 'scan-1' }, ...body }),
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
  })
  expect(status, text).toBe(202)
  await remember()
}

async function postHits(...symbols: string[]): Promise<void> {
  await post('/signals/runtime-facts', { callgraphId, events: symbols.map((symbolId) => ({ symbolId })) })
}

function digestOf(fact: Record<string, unknown>): string {
  return (fact['metadata'] as Record<string, string>)['fact.digest']!
}

test('every version is listed, newest first, page by page', async () => {
  const { status, body } = await built.ask('/signals/facts/scan-1/versions?limit=3')
  expect(status).toBe(200)
  const [, ...others] = answered.toReversed()
  const rest = await built.ask(`/signals/facts/scan-1/versions?cursor=${String(body['nextCursor'])}`)
  const items = [...(body['items'] as Record<string, unknown>[]), ...(rest.body['items'] as Record<string, unknown>[])]
  expect(rest.body).not.toHaveProperty('nextCursor')
  expect(items.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1])
  expect(items.slice(1).map(({ digest }) => digest)).toEqual(others.map(digestOf))
  expect(items.at(-1)).toMatchObject({
    verdict: answered[0]!['verdict'],
    score: answered[0]!['score'],
    change: 'verdict',
  })
})

test('a version is answered as it was, apart from what its time said beside it', async () => {
  for (const [position, then] of answered.entries()) {
    const { status, body } = await built.ask(`/signals/facts/scan-1?version=${position + 1}`)
    expect(status).toBe(200)
    const { metadata: _, ...covered } = then
    expect(body).toMatchObject(covered)
    expect(body['metadata']).toMatchObject({ 'fact.version': `${position + 1}`, 'fact.digest': digestOf(then) })
  }
})

test('a version is found by its digest, and the newest where several have it', async () => {
  const { body } = await built.ask(`/signals/facts/scan-1?digest=${digestOf(answered[0]!)}`)
  expect(body).toMatchObject({ metadata: { 'fact.version': '1' } })
  // Blocking an edge and unblocking it again comes back to the same fact.
  expect(digestOf(answered[4]!)).toBe(digestOf(answered[2]!))
  const again = await built.ask(`/signals/facts/scan-1?digest=${digestOf(answered[2]!)}`)
  expect(again.body).toMatchObject({ metadata: { 'fact.version': '5' } })
})

test('an answered version is not sent again to whoever has it', async () => {
  const { headers } = await built.ask('/signals/facts/scan-1?version=2')
  const again = await built.ask('/signals/facts/scan-1?version=2', {
    headers: { 'if-none-match': String(headers['etag']) },
  })
  expect(again.status).toBe(304)
})

test.each(['version=6', `version=1&digest=sha256:${'0'.repeat(64)}`, `digest=sha256:${'0'.repeat(64)}`])(
  'there is no %s',
  async (query) => {
    const { status, body } = await built.ask(`/signals/facts/scan-1?${query}`)
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'FACT_VERSION_NOT_FOUND' } })
  },
)

test.each(['version=0', 'version=x', 'version=1.5', 'digest=x'])('%s is refused', async (query) => {
  expect(await built.ask(`/signals/facts/scan-1?${query}`)).toMatchObject({ status: 400 })
})

test('a comparison tells changed verdicts with their witness paths, changed scores and new symbols', async () => {
  const { status, body } = await built.ask('/signals/facts/scan-1/diff?from=1&to=3')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    from: { version: 1, verdict: answered[0]!['verdict'] },
    to: { version: 3, digest: digestOf(answered[2]!) },
    verdictChanges: [
      { target: 'a', before: null, after: { verdict: 'observed', path: ['main', 'a'] } },
      { target: 'b', before: null, after: { verdict: 'observed', path: ['main', 'a', 'b'] } },
      { target: 'nobody', before: null, after: { verdict: 'observed', path: [] } },
    ],
    verdictChangesTotal: 3,
    newRuntimeSymbols: [{ symbolId: 'a' }, { symbolId: 'b' }, { symbolId: 'nobody', hitCount: 1 }],
  })
})

test('a comparison of two versions with the same verdicts tells the scores that changed', async () => {
  const { body } = await built.ask('/signals/facts/scan-1/diff?from=3&to=4')
  expect(body).toMatchObject({ verdictChanges: [], newRuntimeSymbols: [], scoreChanges: [{ target: 'b' }] })
  const back = await built.ask('/signals/facts/scan-1/diff?from=4')
  const [{ before, after }] = body['scoreChanges'] as [{ before: number; after: number }]
  expect(back.body).toMatchObject({ to: { version: 5 }, scoreChanges: [{ target: 'b', before: after, after: before }] })
})

test('another tenant sees none of it', async () => {
  for (const path of ['versions', 'diff?from=1', 'replay-manifest', 'replay-bundle']) {
    const answer = await built.ask(`/signals/facts/scan-1/${path}`, { headers: { 'x-stella-tenant': 'other' } })
    expect(answer).toMatchObject({ status: 404, body: { code: 'FACT_NOT_FOUND' } })
  }
})
