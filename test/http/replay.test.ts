import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { bundleOf, filesOf, manifestIn, ReplayRoom, resealed } from '../support/bundles.ts'
import { postGraph } from '../support/posted-graph.ts'

let built: BuiltApp
let room: ReplayRoom
let callgraphId: string

beforeAll(async () => {
  built = await openApp()
  room = await ReplayRoom.open()
  callgraphId = await postGraph(built, { scanId: 'scan-1', target: 'b', analysisId: 'nightly-1', analyzer: 'tool' })
  await postHits('a', 'nobody')
  await postHits('a', 'b')
  await post('/signals/reachability/recompute', { targets: ['c'], blockedEdges: [{ from: 'a', to: 'b' }] })
  await post('/signals/unknowns', { callgraphId, unknowns: [{ symbolId: 'lost' }] })
})
afterAll(async () => {
  await built[Symbol.asyncDispose]()
  await room[Symbol.asyncDispose]()
})

async function post(url: string, body: object): Promise<void> {
  const { status, text } = await built.ask(url, {
    body: JSON.stringify({ subject: { scanId: 'scan-1' }, ...body }),
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
  })
  expect(status, text).toBe(202)
  await built.settled()
}

async function postHits(...symbols: string[]): Promise<void> {
  const events = symbols.map((symbolId) => ({ symbolId, hitCount: 2, containerId: 'c-1', processName: 'shop' }))
  const observation = { from: '2026-11-20T12:00:00Z', to: '2026-11-20T13:00:00Z' }
  await post('/signals/runtime-facts', { callgraphId, events, observation })
}

async function replayed(bundle: Buffer) {
  return await built.ask('/signals/replay', { body: bundle, headers: { 'content-type': 'application/zstd' } })
}

test('a manifest names every input of the fact and what it was scored with', async () => {
  const { body: fact } = await built.ask('/signals/facts/scan-1')
  const { status, body, headers } = await built.ask('/signals/facts/scan-1/replay-manifest')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    schema: 'signals.replay.v1',
    subjectKey: 'scan-1',
    fact: { version: 5, digest: (fact['metadata'] as Record<string, string>)['fact.digest'] },
    scoringProfile: { name: 'signals-v1', options: { unknownsPenaltyCeiling: 0.35 } },
    reachability: {
      analysisIds: ['nightly-1'],
      graphs: [{ callgraphId, namespace: 'reachability_graphs', analyzer: { name: 'tool' }, version: '1' }],
      runtimeTraces: [
        { callgraphId, namespace: 'runtime_traces' },
        { callgraphId, namespace: 'runtime_traces' },
      ],
    },
    requests: [{ kind: 'callgraph' }, { kind: 'recompute' }, { kind: 'unknowns' }],
    evidenceCount: 5,
  })
  const again = await built.ask('/signals/facts/scan-1/replay-manifest', {
    headers: { 'if-none-match': String(headers['etag']) },
  })
  expect(again.status).toBe(304)
})

test('a bundle is the same bytes each time, and has exactly what its manifest names', async () => {
  const [one, other] = [await bundleOf(built, { subject: 'scan-1' }), await bundleOf(built, { subject: 'scan-1' })]
  expect(other.equals(one)).toBe(true)
  const files = await filesOf(one)
  const manifest = manifestIn(files)
  expect(files.get('manifest.json')?.toString()).toBe((await built.ask('/signals/facts/scan-1/replay-manifest')).text)
  expect([...files.keys()]).toEqual([...manifest.files.map(({ name }) => name), 'manifest.json'].sort())
  for (const { name, digest } of manifest.files) expect(sha256Of(files.get(name)!)).toBe(digest)
})

test('the inputs of a bundle give its fact', async () => {
  const before = await built.stored()
  const { status, body } = await replayed(await bundleOf(built, { subject: 'scan-1' }))
  expect(status).toBe(200)
  expect(body).toMatchObject({ match: true, subjectKey: 'scan-1', factVersion: 5, problems: [], inputsVerified: 5 })
  expect(body['computedDigest']).toBe(body['expectedDigest'])
  expect(await built.stored()).toEqual(before)
})

test('an earlier version has its own inputs, and they give it', async () => {
  for (const version of [1, 2, 3, 4]) {
    const { body } = await replayed(await bundleOf(built, { subject: 'scan-1', version }))
    expect(body).toMatchObject({ match: true, factVersion: version })
  }
  const { body } = await built.ask('/signals/facts/scan-1/replay-manifest?version=2')
  expect(body).toMatchObject({ evidenceCount: 2 })
})

test('of an input that the store has lost a bundle says that it is missing, and nobody says match', async () => {
  const files = await filesOf(await bundleOf(built, { subject: 'scan-1' }))
  for (const name of files.keys()) {
    const without = new Map([...files].filter(([kept]) => kept !== name))
    const { body } = await replayed(await room.pack(without))
    expect(body).toMatchObject({ match: null, problems: [{ file: name, problem: 'missing' }] })
  }
})

test('an altered fact is no match, and the first divergence is told', async () => {
  const files = await filesOf(await bundleOf(built, { subject: 'scan-1' }))
  const fact = files
    .get('fact.json')!
    .toString()
    .replace(/"unknownsCount":\d+/, '"unknownsCount":77')
  files.set('fact.json', Buffer.from(fact))
  const { body } = await replayed(await room.pack(files))
  expect(body).toMatchObject({
    match: false,
    problems: [{ file: 'fact.json', problem: 'altered' }],
    divergence: { member: 'unknownsCount', expected: 77, computed: 2 },
  })
  expect(body['computedDigest']).toBe(body['expectedDigest'])
})

test('of a fact that its inputs do not give, state and field are told', async () => {
  const files = await filesOf(await bundleOf(built, { subject: 'scan-1' }))
  const fact = JSON.parse(files.get('fact.json')!.toString()) as { states: { target: string; score: number }[] }
  const planted = fact.states.find(({ target }) => target === 'b')!
  const computed = planted.score
  planted.score = 0.123
  files.set('fact.json', Buffer.from(JSON.stringify(fact)))
  const { body } = await replayed(await room.pack(resealed(files)))
  expect(body).toMatchObject({
    match: false,
    problems: [],
    divergence: { member: 'states', state: { callgraphId, target: 'b' }, field: 'score', expected: 0.123, computed },
  })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('hello')],
])('%s is no bundle', async (_, bytes) => {
  const before = await built.stored()
  expect(await replayed(bytes)).toMatchObject({ status: 422, body: { code: 'REPLAY_BUNDLE_INVALID' } })
  expect(await built.stored()).toEqual(before)
})
