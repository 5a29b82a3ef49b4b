import { expect, test } from 'vitest'
import { QuestionLane } from '../../../src/facts/question-lane.ts'
import { scoringProfile } from '../../../src/scoring/profile.ts'
import { FoldedSubject, graphPosted } from '../../support/folded-fact.ts'

test('whoever asks while too many questions wait is told to come back', async () => {
  const content = { driver: 'filesystem' as const, directory: '/nowhere', stagingDirectory: '/nowhere/.staging' }
  const lane = new QuestionLane({ content, threads: 1, queued: 0 })
  const subject = new FoldedSubject({ 'cg-1': { entryPoints: ['main'] } })
  await subject.fold(graphPosted('cg-1', 'main'))
  const asked = { row: subject.row!, callgraphs: [], profile: scoringProfile('signals-v1') }
  await expect(lane.query(asked, new Map(), ['main'])).rejects.toMatchObject({
    code: 'QUESTIONS_EXHAUSTED',
    retryAfterSeconds: 1,
  })
  await lane.close()
})
