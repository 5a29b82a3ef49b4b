import type { Evidence } from '../evidence/evidence.ts'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Measures } from '../telemetry/measures.ts'
import type { FoldOutcome } from './fold.ts'

type Fold = (subject: PendingSubject) => Promise<FoldOutcome>

/** The same fold, timed. */
export function measuredFold({ folded }: Pick<Measures, 'folded'>, fold: Fold): Fold {
  return async (subject) => {
    const start = performance.now()
    const seconds = (): number => (performance.now() - start) / 1000
    try {
      const outcome = await fold(subject)
      folded(outcome, seconds())
      return outcome
    } catch (error) {
      folded('failed', seconds())
      throw error
    }
  }
}

/** How long the oldest of these waited, in seconds; 0 of none. */
export function waitOf(evidence: readonly Pick<Evidence, 'receivedAt'>[], nowMs: number): number {
  const waits = evidence.map(({ receivedAt }) => nowMs - Date.parse(receivedAt))
  return waits.reduce((longest, wait) => Math.max(longest, wait), 0) / 1000
}
