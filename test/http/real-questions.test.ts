import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlockedEdge } from '../../src/evidence/evidence.ts'
import type { FactState } from '../../src/facts/fact.ts'
import type { ExplainAnswer, QueryAnswer } from '../../src/facts/question-documents.ts'
import { reasonsInOrder, verdictsWorstFirst } from '../../src/scoring/state.ts'
import { AskedService } from '../support/asked-service.ts'
import type { Answer } from '../support/build-app.ts'

interface Setup {
  readonly folder: string
  readonly graph: string
  readonly encoding?: string
  readonly query: Readonly<Record<string, string>>
  readonly trace?: string
  readonly window?: Readonly<Record<string, string>>
  readonly blockedEdges?: readonly BlockedEdge[]
  /** Only functions whose names begin so, or that are named. */
  readonly cut?: { readonly prefix?: string; readonly names?: readonly string[] }
}

interface Question {
  readonly setup: string
  readonly target: string
  readonly expect: Pick<FactState, 'verdict' | 'reasons' | 'latticeState' | 'bucket' | 'score' | 'path'> & {
    readonly hitCount?: number
    readonly blockedEdges?: readonly BlockedEdge[]
  }
  readonly why: string
}

const fixtures = resolve(import.meta.dirname, '../../fixtures')
const { setups, questions } = JSON.parse(readFileSync(join(fixtures, 'questions/questions.json'), 'utf8')) as {
  readonly setups: Readonly<Record<string, Setup>>
  readonly questions: readonly Question[]
}

let service: AskedService
beforeAll(async () => {
  service = await AskedService.open()
  for (const [name, setup] of Object.entries(setups)) await establish(name, setup)
}, 120_000)
afterAll(async () => service[Symbol.asyncDispose]())

async function establish(name: string, setup: Setup): Promise<void> {
  const query = new URLSearchParams({ component: name, version: '1', scanId: name, ...setup.query })
  const encoding = setup.encoding === undefined ? {} : { 'content-encoding': setup.encoding }
  const graph = await post(`/signals/callgraphs?${query.toString()}`, graphOf(setup), encoding)
  const callgraphId = String(graph.body['callgraphId'])
  if (setup.trace !== undefined) {
    const observed = new URLSearchParams({ callgraphId, scanId: name, ...setup.window })
    const trace = readFileSync(join(fixtures, 'real', setup.folder, setup.trace))
    await post(`/signals/runtime-facts/ndjson?${observed.toString()}`, trace, {
      'content-type': 'application/x-ndjson',
    })
  }
  if (setup.blockedEdges) {
    const body = { subject: { scanId: name }, callgraphIds: [callgraphId], blockedEdges: setup.blockedEdges }
    await post('/signals/reachability/recompute', JSON.stringify(body), { 'content-type': 'application/json' })
  }
}

async function post(path: string, body: Buffer | string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const answer = await service.built.ask(path, { body, headers: { prefer: 'wait=30', ...headers } })
  if (answer.status !== 202) throw new Error(answer.text)
  return answer
}

function graphOf({ folder, graph, cut }: Setup): Buffer {
  const whole = readFileSync(join(fixtures, 'real', folder, graph))
  if (!cut) return whole
  const stays = (name: string): boolean => cut.names?.includes(name) ?? name.startsWith(cut.prefix ?? '')
  const calls = JSON.parse(whole.toString('utf8')) as Record<string, string[]>
  const kept = Object.entries(calls).filter(([caller]) => stays(caller))
  return Buffer.from(
    JSON.stringify(Object.fromEntries(kept.map(([caller, callees]) => [caller, callees.filter(stays)]))),
  )
}

describe.each(questions)('$setup: $target', ({ setup, target, expect: expected, why }) => {
  const { hitCount, blockedEdges = [], path, ...judged } = expected

  test(`is explained: ${why}`, async () => {
    const answer = await service.get(`/signals/facts/${setup}/explain?target=${encodeURIComponent(target)}`)
    const explanation = answer.body as ExplainAnswer
    expect(explanation).toMatchObject({ target, ...judged, blockedEdges })
    expect(explanation.path.map(({ id }) => id)).toEqual(path)
    expect(explanation.formula.score).toBe(judged.score)
    const isWhole = explanation.path.every(({ edge }, place) =>
      place === 0 ? edge === undefined : edge?.type === 'call',
    )
    expect(isWhole).toBe(true)
    const seen = explanation.path.at(-1)?.runtimeHits?.hitCount
    expect(seen).toBe(path.length > 0 ? hitCount : undefined)
    expect('frontier' in explanation).toBe(path.length === 0)
  })

  test('is answered with the same state by a query', async () => {
    const answer = await service.post(`/signals/facts/${setup}/query`, { targets: [target] })
    const { states } = answer.body as QueryAnswer
    expect(states).toHaveLength(1)
    expect(states[0]).toMatchObject({ target, path, ...judged })
    const counted = await service.get(
      `/signals/facts/${setup}/runtime-facts?${new URLSearchParams({ target, limit: '1' }).toString()}`,
    )
    const [fact] = counted.body['items'] as { hitCount: number }[]
    expect(fact?.hitCount).toBe(hitCount)
  })
})

test('the questions leave no verdict and no reason unasked, and speak of four languages', () => {
  expect(questions.length).toBeGreaterThanOrEqual(30)
  expect([...new Set(questions.map((each) => each.expect.verdict))].sort()).toEqual([...verdictsWorstFirst].sort())
  expect([...new Set(questions.flatMap((each) => each.expect.reasons))].sort()).toEqual([...reasonsInOrder].sort())
  expect(new Set(Object.values(setups).map(({ query }) => query['language'])).size).toBe(4)
  expect(questions.filter(({ expect: { path } }) => path.length > 4).length).toBeGreaterThanOrEqual(5)
})
