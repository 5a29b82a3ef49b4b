import { expect, test } from 'vitest'
import type { FactState } from '../../../src/facts/fact.ts'
import { FoldedSubject, graphPosted, hitsPosted } from '../../support/folded-fact.ts'

const edges = ['main>cart', 'cart>total', 'main>log']

async function folded(graph: { edges: string[]; external?: string[] }): Promise<FoldedSubject> {
  const subject = new FoldedSubject({ 'cg-1': { ...graph, nodes: ['legacy'], entryPoints: ['main'] } })
  await subject.fold(graphPosted('cg-1', 'total', 'legacy'), hitsPosted('cg-1', { cart: 3 }))
  return subject
}

test('the worked example of docs/scoring.md is true', async () => {
  const { body } = await folded({ edges })
  const rows = (body.states as readonly FactState[]).map(
    ({ target, path, verdict, bucket, weight, confidence, score }) => [
      target,
      path.join(' '),
      verdict,
      bucket,
      weight,
      confidence,
      score,
    ],
  )
  expect(rows).toEqual([
    ['cart', 'main cart', 'observed', 'runtime', 0.45, 0.9, 0.405],
    ['legacy', '', 'unreachable', 'unreachable', 0, 0.25, 0],
    ['total', 'main cart total', 'reachable', 'runtime', 0.45, 0.9, 0.405],
  ])
  expect(body).toMatchObject({ score: 0.27, requestedScore: 0.2025, unknownsPressure: 0, verdict: 'reachable' })
})

test('and what it says of a library that the graph does not hold', async () => {
  const { body } = await folded({ edges: [...edges, 'main>lib'], external: ['lib'] })
  const verdicts = (body.states as readonly FactState[]).map(({ target, verdict }) => [target, verdict])
  expect(verdicts).toEqual([
    ['cart', 'observed'],
    ['legacy', 'unknown'],
    ['total', 'reachable'],
  ])
  expect(body).toMatchObject({ unknownsCount: 1, unknownsPressure: 0.25, score: 0.246375 })
})
