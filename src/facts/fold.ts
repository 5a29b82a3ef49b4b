import { randomUUID } from 'node:crypto'
import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { FactFigures, SlimEvent } from '../events/outbox.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { EvidenceQueue, PendingSubject } from '../evidence/evidence-queue.ts'
import { timestampOf } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import type { FactLimits, FoldInput, FoldOutput } from './compute-fact.ts'
import type { FactSummary } from './fact.ts'
import type { FactRepository } from './fact-repository.ts'
import type { FactRow, StoredFact } from './fact-row.ts'
import { type FoldLeaseDeps, underLease } from './fold-lease.ts'

export interface FoldDeps extends FoldLeaseDeps {
  readonly facts: FactRepository
  readonly queue: EvidenceQueue
  readonly findCallgraph: (tenant: Evidence['tenant'], callgraphId: string) => Promise<CallgraphRecord | undefined>
  /** While a subject is being erased its evidence waits: some of it is about to go. */
  readonly isBeingErased: (subject: PendingSubject) => Promise<boolean>
  readonly compute: (input: FoldInput) => Promise<FoldOutput>
  /** Awaited before the evidence counts as folded: who is told that it does should read the new fact. */
  readonly onSaved: (row: FactRow) => Promise<void> | void
  /** Told of every new version of a fact once it is durable. */
  readonly onUpdated: (updated: UpdatedFact) => void
  readonly failPoints: FailPoints
  readonly profile: ScoringProfile
  readonly limits: FoldLimits
  readonly factLimits: FactLimits
}

/** What the log tells of a new version. */
export interface UpdatedFact extends PendingSubject {
  readonly factVersion: number
  readonly digest: string
  readonly verdict: string
  readonly change: string
  readonly score: number
}

export interface FoldLimits {
  /** Rows of evidence that one fold takes at the most. */
  readonly evidencePerFold: number
  /** At this many un-relayed events a subject's folds wait; its evidence stays durable. */
  readonly unrelayedEvents: number
  readonly leaseMs: number
}

/** `busy`: another holds the lease. `blocked`: too many un-relayed events, or the subject is being erased. Both: try again a little later. */
export type FoldOutcome = 'settled' | 'busy' | 'blocked'

/**
 * Folds all evidence of a subject that is pending into its fact, coalesced. Whoever brings more meanwhile requests another
 * fold: this one does not go on for as long as somebody posts.
 */
export async function foldSubject(deps: FoldDeps, subject: PendingSubject): Promise<FoldOutcome> {
  // Often another replica has folded it meanwhile: to see that must cost neither a lease nor a durable read.
  if (await isSettled(deps, subject)) return 'settled'
  if (await deps.isBeingErased(subject)) return 'blocked'
  return await underLease(deps, subject, async () => {
    // An erasure that began before the lease was taken; one that begins later waits for its end.
    if (await deps.isBeingErased(subject)) return 'blocked'
    const marked = new Set<string>()
    let outcome = await foldOnce(deps, subject, marked)
    while (outcome === 'again') {
      outcome = (await isSettled(deps, subject)) ? 'settled' : await foldOnce(deps, subject, marked)
    }
    return outcome
  })
}

async function isSettled({ queue }: FoldDeps, subject: PendingSubject): Promise<boolean> {
  return (await queue.countPending(subject)) === 0
}

async function foldOnce(deps: FoldDeps, subject: PendingSubject, marked: Set<string>): Promise<FoldOutcome | 'again'> {
  const row = await deps.facts.find(subject.tenant, subject.subjectKey)
  if (row) await markFolded(deps, row, marked)
  if (row && row.events.length >= deps.limits.unrelayedEvents) return 'blocked'
  const evidence = await deps.queue.pending(subject, deps.limits.evidencePerFold)
  if (evidence.length === 0) return 'settled'
  const output = await deps.compute(await foldInputOf(deps, subject, row, evidence))
  const next = nextRow(subject, row, evidence, output)
  // A lost compare-and-set means that another replica folded meanwhile: everything is read again.
  if ((await deps.facts.save(next)) === 'conflict') return 'again'
  deps.failPoints.reach('after-save')
  await deps.onSaved(next)
  if (output.hasChanged) deps.onUpdated(updatedFact(next, output))
  deps.failPoints.reach('before-mark')
  await markFolded(deps, next, marked)
  return evidence.length < deps.limits.evidencePerFold ? 'settled' : 'again'
}

function updatedFact({ tenant, subjectKey, version }: FactRow, { digest, change, summary }: FoldOutput): UpdatedFact {
  const { verdict, score } = summary
  return { tenant, subjectKey, factVersion: version, digest, verdict, change, score }
}

/**
 * Marks what this fold saved, or what an earlier one saved but did not live to mark. An id leaves the row only after its
 * mark is durable (the next save starts from the evidence of its own fold), so two crashes in a row cannot count a batch twice.
 */
async function markFolded(deps: FoldDeps, row: FactRow, marked: Set<string>): Promise<void> {
  const unmarked = row.folded.filter((id) => !marked.has(id))
  if (unmarked.length === 0) return
  await deps.queue.markFolded(row.tenant, unmarked, versionOf(row))
  for (const id of unmarked) marked.add(id)
}

function versionOf(row: FactRow): number | undefined {
  return row.version === 0 ? undefined : row.version
}

async function foldInputOf(
  deps: FoldDeps,
  subject: PendingSubject,
  row: FactRow | undefined,
  evidence: readonly Evidence[],
): Promise<FoldInput> {
  const callgraphIds = new Set([...(row?.ledger.callgraphIds ?? []), ...evidence.flatMap(namedCallgraphs)])
  const records = await Promise.all([...callgraphIds].map((id) => deps.findCallgraph(subject.tenant, id)))
  return {
    ...subject,
    row,
    evidence,
    callgraphs: records.filter((record) => record !== undefined),
    profile: deps.profile,
    nowTimestamp: timestampOf(deps.clock()),
    limits: deps.factLimits,
  }
}

function namedCallgraphs({ payload }: Evidence): readonly string[] {
  switch (payload.kind) {
    case 'callgraph':
    case 'runtime':
    case 'unknowns':
      return [payload.callgraphId]
    case 'recompute':
      return payload.callgraphIds ?? []
  }
}

/** The row as it is after a fold of this evidence. */
export function nextRow(
  { tenant, subjectKey }: PendingSubject,
  row: FactRow | undefined,
  evidence: readonly Evidence[],
  output: FoldOutput,
): FactRow {
  const version = (row?.version ?? 0) + (output.hasChanged ? 1 : 0)
  const { ledger, aliases } = output
  const next = { tenant, subjectKey, revision: (row?.revision ?? 0) + 1, version, aliases, ledger }
  const folded = evidence.map(({ id }) => id)
  // An unchanged digest leaves the stored answer, `computedAt` included, as it is.
  if (!output.hasChanged) {
    return { ...next, folded, events: row?.events ?? [], ...(row?.fact && { fact: row.fact }) }
  }
  const event = factUpdatedEvent(version, output)
  return { ...next, folded, events: [...(row?.events ?? []), event], fact: storedFactOf(output) }
}

const maxBodyBytesInRow = 256 * 1024

function storedFactOf({ digest, summary, metadata, body }: FoldOutput): StoredFact {
  return {
    digest,
    computedAt: summary.computedAt,
    summary,
    metadata,
    ...(body.byteLength <= maxBodyBytesInRow && { body }),
  }
}

function factUpdatedEvent(version: number, { digest, change, summary }: FoldOutput): SlimEvent {
  return { id: randomUUID(), version, digest, time: summary.computedAt, change, figures: figuresOf(summary) }
}

function figuresOf(summary: FactSummary): FactFigures {
  const { bucket, weight, stateCount, score, unknownsCount, unknownsPressure, averageConfidence } = summary
  const { callgraphIds, verdict } = summary
  return {
    bucket,
    weight,
    stateCount,
    score,
    unknownsCount,
    unknownsPressure,
    averageConfidence,
    callgraphIds,
    verdict,
  }
}
