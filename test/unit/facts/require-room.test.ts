import { expect, test } from 'vitest'
import { FactError } from '../../../src/facts/fact-errors.ts'
import { requireRoom } from '../../../src/facts/require-room.ts'
import { FoldedSubject, graphPosted, hitsPosted } from '../../support/folded-fact.ts'

const limits = { symbols: 2, targets: 2 }

test('a subject that is full is refused more, by what it is full of', async () => {
  const subject = new FoldedSubject({ 'cg-1': { nodes: ['a', 'b'] } }, { limits })
  requireRoom(limits, undefined, 'symbols')
  await subject.fold(hitsPosted('cg-1', { a: 1, b: 1 }), graphPosted('cg-1', 'a'))
  requireRoom(limits, subject.row, 'targets')
  expect(() => requireRoom(limits, subject.row, 'symbols')).toThrow(FactError)
  await subject.fold(graphPosted('cg-1', 'b'))
  expect(() => requireRoom(limits, subject.row, 'targets')).toThrow('the subject has 2 targets, and may have 2')
})
