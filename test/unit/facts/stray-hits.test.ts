import { expect, test } from 'vitest'
import type { FactState } from '../../../src/facts/fact.ts'
import { FoldedSubject, graphPosted, hitsPosted } from '../../support/folded-fact.ts'

const scanner = { edges: ['main>cart'], nodes: ['dead'], entryPoints: ['main'] }
const observer = { edges: ['boot>run'], entryPoints: ['boot'] }

async function verdictsOf(subject: FoldedSubject): Promise<Record<string, string>> {
  const states = subject.body.states as readonly FactState[]
  return Object.fromEntries(states.map(({ callgraphId, target, verdict }) => [`${callgraphId} ${target}`, verdict]))
}

test('a hit that is no node of the graph its batch names counts where it is one: what ran is never unreachable', async () => {
  const subject = new FoldedSubject({ 'cg-1': scanner, 'cg-2': observer })
  await subject.fold(graphPosted('cg-1', 'dead'), graphPosted('cg-2'), hitsPosted('cg-2', { dead: 3 }))
  expect(await verdictsOf(subject)).toEqual({ 'cg-1 dead': 'observed' })
})

test('a hit that is a node of the graph its batch names says nothing about other graphs', async () => {
  const subject = new FoldedSubject({ 'cg-1': scanner, 'cg-2': scanner })
  await subject.fold(graphPosted('cg-1', 'dead'), graphPosted('cg-2'), hitsPosted('cg-2', { dead: 3 }))
  expect(await verdictsOf(subject)).toEqual({ 'cg-1 dead': 'unreachable', 'cg-2 dead': 'observed' })
})
