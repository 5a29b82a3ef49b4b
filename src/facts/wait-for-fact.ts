import type { EvidenceQueue, PendingSubject } from '../evidence/evidence-queue.ts'
import type { FactRepository } from './fact-repository.ts'

export interface WaitForFactDeps {
  readonly queue: EvidenceQueue
  readonly facts: FactRepository
  /** Resolves when a fold of the subject has ended that began after the call. */
  readonly folded: (subject: PendingSubject) => Promise<void>
  /** Resolves after so long; handed in, so that tests own the time. */
  readonly pause: (milliseconds: number) => Promise<void>
}

export interface AwaitedFact {
  readonly version: number
  readonly digest: string
  readonly score: number
}

/** `waitForFact` with its needs handed in: what routes are given. */
export type WaitForFact = (
  subject: PendingSubject,
  receiptId: string,
  waitSeconds: number,
) => Promise<AwaitedFact | undefined>

const pollMs = 100

/** The subject's fact once it holds the evidence of a receipt (`Prefer: wait`); undefined when time runs out. */
export async function waitForFact(
  deps: WaitForFactDeps,
  subject: PendingSubject,
  receiptId: string,
  waitSeconds: number,
): Promise<AwaitedFact | undefined> {
  let hasTime = true
  const timeout = deps.pause(waitSeconds * 1000).then(() => {
    hasTime = false
  })
  while (hasTime) {
    await Promise.race([deps.folded(subject), timeout])
    const receipt = await deps.queue.findReceipt(subject.tenant, receiptId)
    if (receipt?.state === 'folded') return await factOf(deps, subject)
    // Another replica holds the fold, or it failed and will be tried again.
    if (hasTime) await Promise.race([deps.pause(pollMs), timeout])
  }
  return undefined
}

async function factOf({ facts }: WaitForFactDeps, subject: PendingSubject): Promise<AwaitedFact | undefined> {
  const row = await facts.find(subject.tenant, subject.subjectKey)
  if (!row?.fact) return undefined
  const { version, digest, score } = row.fact.summary
  return { version, digest, score }
}
