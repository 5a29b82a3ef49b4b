import { expect, test } from 'vitest'
import { FactError } from '../../../src/facts/fact-errors.ts'
import { requireRoom } from '../../../src/facts/require-room.ts'
import { evidenceOf, FoldedSubject, graphPosted, hitsPosted } from '../../support/folded-fact.ts'

const limits = { symbols: 2, targets: 2, callgraphs: 2, aliases: 2 }
const one = { symbols: { list: 'symbols', count: 1 }, targets: { list: 'targets', count: 1 } } as const

test('a subject that is full is refused more, by what it is full of', async () => {
  const subject = new FoldedSubject({ 'cg-1': { nodes: ['a', 'b'] } }, { limits })
  requireRoom(limits, undefined, one.symbols)
  await subject.fold(hitsPosted('cg-1', { a: 1, b: 1 }), graphPosted('cg-1', 'a'))
  requireRoom(limits, subject.row, one.targets)
  expect(() => requireRoom(limits, subject.row, one.symbols)).toThrow(FactError)
  await subject.fold(graphPosted('cg-1', 'b'))
  expect(() => requireRoom(limits, subject.row, one.targets)).toThrow('the subject has 2 targets, and may have 2')
})

test('a subject that has all graphs that it may have takes more of these, and no other', async () => {
  const graphs = { 'cg-1': { nodes: ['a'] }, 'cg-2': { nodes: ['b'] }, 'cg-3': { nodes: ['c'] } }
  const subject = new FoldedSubject(graphs, { limits })
  await subject.fold(graphPosted('cg-1'))
  const naming = (...names: string[]) => ({ list: 'callgraphs', names }) as const
  requireRoom(limits, subject.row, naming('cg-1', 'cg-2'))
  expect(() => requireRoom(limits, subject.row, naming('cg-2', 'cg-3'))).toThrow('the subject has 1 callgraphs')
  await subject.fold(graphPosted('cg-2'))
  requireRoom(limits, subject.row, naming('cg-1'))
  expect(() => requireRoom(limits, subject.row, naming('cg-3'))).toThrow('has 2 callgraphs, and may have 2')
})

test('a subject that has all aliases that it may have takes these again, and no other', async () => {
  const subject = new FoldedSubject({ 'cg-1': { nodes: ['a'] } }, { limits })
  await subject.fold(evidenceOf({ kind: 'callgraph', callgraphId: 'cg-1', targets: [] }, { aliases: ['x|1', 'y|1'] }))
  const naming = (...names: string[]) => ({ list: 'aliases', names }) as const
  requireRoom(limits, subject.row, naming('x|1'))
  expect(() => requireRoom(limits, subject.row, naming('z|1'))).toThrow('has 2 aliases, and may have 2')
})

test('one that is over its limit, from before there was any, goes on as it is', async () => {
  const subject = new FoldedSubject({ 'cg-1': {}, 'cg-2': {}, 'cg-3': {} }, { limits: { ...limits, callgraphs: 3 } })
  await subject.fold(graphPosted('cg-1'), graphPosted('cg-2'), graphPosted('cg-3'))
  requireRoom(limits, subject.row, { list: 'callgraphs', names: ['cg-3'] })
  expect(() => requireRoom(limits, subject.row, { list: 'callgraphs', names: ['cg-4'] })).toThrow('has 3 callgraphs')
})

test('what slips past in the same moment is cut to the ordinally smallest, in whatever order it came', async () => {
  const graphs = { 'cg-1': { nodes: ['a'] }, 'cg-2': { nodes: ['b'] }, 'cg-3': { nodes: ['a', 'c'] } }
  const posted = ['cg-1', 'cg-2', 'cg-3'].map((callgraphId, number) =>
    evidenceOf(
      { kind: 'runtime', callgraphId, hits: [{ symbolId: 'a', hitCount: 1 }], source: 'agent' },
      { aliases: [`alias|${number}`] },
    ),
  )
  const together = new FoldedSubject(graphs, { limits: { ...limits, symbols: 9 } })
  await together.fold(...posted)
  const apart = new FoldedSubject(graphs, { limits: { ...limits, symbols: 9 } })
  for (const each of posted.toReversed()) await apart.fold(each)
  expect(apart.row?.fact?.digest).toBe(together.row?.fact?.digest)
  expect(apart.row).toMatchObject({ aliases: ['alias|0', 'alias|1'], ledger: { callgraphIds: ['cg-1', 'cg-2'] } })
  expect(apart.row?.fact?.metadata).toMatchObject({ 'limits.exceeded': 'aliases,callgraphs' })
})
