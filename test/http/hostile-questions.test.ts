import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExplainAnswer, QueryAnswer } from '../../src/facts/question-documents.ts'
import { AskedService } from '../support/asked-service.ts'

/** Names that a look at stored lines could trip over. */
const names = ['a"b', 'a\\', 'a\\"id":"b', '"to":"x","from":"y"', 'é\u{1f600}', '__proto__', 'x'.repeat(4_000)]

let service: AskedService
beforeAll(async () => {
  service = await AskedService.open({ scoring: { profile: 'monotone-v1' } })
  await service.graph(
    {
      nodes: names.map((id) => ({
        id,
        namespace: id.slice(0, 500),
        line: 7,
        attributes: { id: 'decoy', namespace: 'decoy', to: 'decoy' },
      })),
      edges: names.slice(1).map((to, place) => ({ from: names[place], to, reason: `"to":"${to.slice(0, 500)}"` })),
      entryPoints: names.slice(0, 1),
    },
    { subject: { scanId: 'odd' }, targets: names },
  )
})
afterAll(async () => service[Symbol.asyncDispose]())

async function explain(target: string, key = 'odd'): Promise<ExplainAnswer> {
  const answer = await service.get(`/signals/facts/${key}/explain?target=${encodeURIComponent(target)}`)
  expect(answer).toMatchObject({ status: 200 })
  return answer.body as ExplainAnswer
}

describe('names that look like members of a stored line', () => {
  test('are found all the same, each with its own edge', async () => {
    const { path } = await explain(names.at(-1) ?? '')
    expect(path.map(({ id }) => id)).toEqual(names)
    expect(path.map(({ line }) => line)).toEqual(names.map(() => 7))
    expect(path.slice(1).map(({ edge }) => edge?.reason)).toEqual(
      names.slice(1).map((to) => `"to":"${to.slice(0, 500)}"`),
    )
  })

  test('are namespaces like others, and attributes are none', async () => {
    const targetsOf = async (namespace: string) => {
      const answer = await service.post('/signals/facts/odd/query', { targets: [{ namespace }] })
      return (answer.body as QueryAnswer).states.map(({ target }) => target)
    }
    expect(await targetsOf('a\\"id":"b')).toEqual(['a\\"id":"b'])
    expect(await targetsOf('a')).toEqual(['a"b', 'a\\', 'a\\"id":"b'])
    expect(await targetsOf('decoy')).toEqual([])
  })
})

describe('with the profile monotone-v1', () => {
  test('an observed target without a path is explained by its hit, and a hit lowers no direct call', async () => {
    const subject = { scanId: 'hit' }
    const id = await service.graph(
      { nodes: ['main', 'near', 'alone'], edges: [{ from: 'main', to: 'near' }], entryPoints: ['main'] },
      { component: 'hit', subject, targets: ['near'] },
    )
    expect((await explain('near', 'hit')).formula).toMatchObject({
      profile: 'monotone-v1',
      row: 'direct',
      score: 0.6375,
    })
    await service.hits(id, subject, { near: 1, alone: 2 })
    expect((await explain('near', 'hit')).formula).toMatchObject({ row: 'runtime', weight: 0.95, score: 0.855 })
    expect(await explain('alone', 'hit')).toMatchObject({
      verdict: 'observed',
      bucket: 'runtime',
      runtimeHits: ['alone'],
      formula: { row: 'runtime', confidence: { base: 0.25, runtimeBonus: 0.15, value: 0.4 }, score: 0.38 },
    })
    const { body } = await service.get('/signals/facts/hit')
    expect(body['scoringProfile']).toMatchObject({ name: 'monotone-v1' })
  })
})

test('a hit that its own graph does not know is told at the step of the graph that does', async () => {
  const subject = { scanId: 'stray' }
  const scanner = { nodes: ['main', 'cart'], edges: [{ from: 'main', to: 'cart' }], entryPoints: ['main'] }
  await service.graph(scanner, { component: 'scanner', subject, targets: ['cart'] })
  const observer = await service.graph({ nodes: ['boot'], entryPoints: ['boot'] }, { component: 'observer' })
  await service.hits(observer, subject, { cart: 4 })
  const { verdict, path } = await explain('cart', 'stray')
  expect(verdict).toBe('observed')
  expect(path.at(-1)?.runtimeHits).toMatchObject({ hitCount: 4 })
})

test('a graph without a path around itself has no further paths, and one of two calls has one more', async () => {
  const edges = [
    ['main', 'a'],
    ['a', 'end'],
    ['main', 'b'],
    ['b', 'end'],
    ['main', 'end'],
  ].map(([from, to]) => ({ from, to }))
  await service.graph(
    { edges, entryPoints: ['main'] },
    { component: 'ways', subject: { scanId: 'ways' }, targets: ['end'] },
  )
  const further = async (target: string, paths: number) => {
    const answer = await service.get(`/signals/facts/ways/explain?target=${target}&paths=${paths}`)
    return (answer.body as ExplainAnswer).furtherPaths.map((path) => path.map(({ id }) => id).join('>'))
  }
  expect(await further('end', 5)).toEqual(['main>a>end', 'main>b>end'])
  expect(await further('end', 1)).toEqual(['main>a>end'])
  expect(await further('main', 5)).toEqual([])
})
