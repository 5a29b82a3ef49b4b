import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { storeError } from '../../src/lib/store-errors.ts'
import { type Answer, type BuiltApp, openApp } from '../support/build-app.ts'
import { bundleZip, untimedFacts } from '../support/made-bundles.ts'

const union = '/signals/reachability/union'

let built: BuiltApp
beforeAll(async () => {
  built = await openApp()
})
afterAll(() => built[Symbol.asyncDispose]())

async function post(id: string, body = bundleZip({ facts: untimedFacts }), headers = {}): Promise<Answer> {
  return await built.ask(union, {
    body,
    headers: { 'content-type': 'application/zip', 'x-analysis-id': id, ...headers },
  })
}

interface Step {
  readonly title: string
  /** Whose method it is, of what is stored with. */
  readonly owner: () => object
  readonly method: string
  /** The how manieth call of it. */
  readonly call: number
}

/** Every write that a bundle makes, in the order in which it makes them. */
const steps: readonly Step[] = [
  { title: 'the id is claimed', owner: () => built.context.stores.bundles, method: 'claim', call: 1 },
  ...[1, 2, 3, 4].map((call) => content(`file ${call} is stored`, call)),
  content('the artefact is stored', 5),
  content('the graph is stored', 6),
  content('the index is stored', 7),
  { title: 'the manifest is stored', owner: () => built.context.stores.content, method: 'putNamed', call: 1 },
  { title: 'the graph is recorded', owner: () => built.context.stores.callgraphs, method: 'upsert', call: 1 },
  content('the trace is stored', 8),
  { title: 'the batch is appended', owner: () => built.context.stores.queue, method: 'append', call: 1 },
  { title: 'the bundle is appended', owner: () => built.context.stores.queue, method: 'append', call: 2 },
  { title: 'the bundle is complete', owner: () => built.context.stores.bundles, method: 'complete', call: 1 },
  { title: 'the key is bound', owner: () => built.context.stores.queue, method: 'append', call: 3 },
]

function content(title: string, call: number): Step {
  return { title, owner: () => built.context.stores.content, method: 'putStaged', call }
}

/** From now on the store is away once, before or after it did what it was asked. */
function failOnce({ owner, method, call }: Step, isDone: boolean): { readonly calls: () => number } {
  const target = owner() as Record<string, (...args: unknown[]) => Promise<unknown>>
  const real = target[method]?.bind(target)
  let calls = 0
  const spy = vi.spyOn(target, method).mockImplementation(async (...args) => {
    calls += 1
    if (calls !== call) return await real?.(...args)
    if (isDone) await real?.(...args)
    spy.mockRestore()
    throw storeError('STORE_UNAVAILABLE', 'the store is away')
  })
  return { calls: () => calls }
}

describe.each([
  ['before', false],
  ['after', true],
])('a store that fails just %s', (when, isDone) => {
  test.each(steps)('$title has the bundle sent again, and it counts once', async (step) => {
    const id = `${when}-${step.title.replaceAll(' ', '-')}`
    const key = { 'idempotency-key': id }
    const failing = failOnce(step, isDone)
    expect(await post(id, undefined, key)).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } })
    expect(failing.calls()).toBe(step.call)
    // A fold stages files of its own.
    await built.settled()
    expect((await built.stored()).files.filter((name) => name.includes('.staging/'))).toEqual([])
    const again = await post(id, undefined, key)
    expect(again.body).toMatchObject({ analysisId: id, runtimeFacts: { accepted: 1, totalHits: 3 } })
    expect(again.status).toBeLessThan(300)
    expect(await post(id, undefined, key)).toMatchObject({ status: 200, body: again.body })
    await built.settled()
    const fact = await built.ask(`/signals/facts/${id}`)
    expect(fact.body).toMatchObject({ runtimeFacts: [{ symbolId: 'sym:cart', hitCount: 3 }] })
    expect((await built.ask(`${union}/${id}/files/nodes.ndjson`)).status).toBe(200)
  })
})

test('a bundle that is not whole is not there yet, and is ended as its first meta.json has it', async () => {
  const id = 'half-done-1'
  const whole = await post('whole-done-1', bundleZip({ meta: { component: 'first', closed_world: false } }))
  failOnce(content('the graph', 6), false)
  await post(id, bundleZip({ meta: { component: 'first', closed_world: false } }))
  expect((await built.ask(`${union}/${id}/meta`)).body).toMatchObject({ code: 'UNION_BUNDLE_NOT_FOUND' })
  expect((await post(id, bundleZip({ edges: '' }))).body).toMatchObject({ code: 'ANALYSIS_ID_IN_USE' })
  const ended = await post(id, bundleZip({ meta: { component: 'second', closed_world: true } }))
  expect(ended.body).toMatchObject({ component: 'first', graphHash: whole.body['graphHash'] })
  expect((await built.ask(`${union}/${id}/meta`)).body).toMatchObject({ component: 'first', closed_world: false })
})

test('a key that somebody used for other runtime facts refuses the bundle before anything of it is stored', async () => {
  await post('other-graph')
  await built.settled()
  const id = 'taken-key-1'
  const key = `union:${id}:facts_runtime.ndjson`
  await built.ask('/signals/runtime-facts/ndjson?callgraphId=other-graph&scanId=other-graph', {
    body: '{"symbolId":"sym:main"}',
    headers: { 'idempotency-key': key },
  })
  await built.settled()
  const before = await built.stored()
  expect(await post(id)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } })
  expect(await built.stored()).toEqual(before)
})
