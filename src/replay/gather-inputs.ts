import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { EvidenceQueue } from '../evidence/evidence-queue.ts'
import type { FactRow } from '../facts/fact-row.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type EvidenceRecord, evidenceRecordOf, type StoredTrace, traceOf } from './evidence-lines.ts'
import { ReplayError } from './replay-errors.ts'

export interface GatherDeps {
  readonly queue: Pick<EvidenceQueue, 'history' | 'pending'>
  readonly callgraphs: Pick<CallgraphRepository, 'find'>
}

export interface GatheredEvidence {
  readonly record: EvidenceRecord
  /** Of a batch, unless nothing tells where it is. */
  readonly trace?: StoredTrace | undefined
}

export interface GatheredGraph {
  readonly callgraphId: string
  /** Undefined when the store does not know it any more. */
  readonly record: CallgraphRecord | undefined
}

export interface GatheredInputs {
  /** In the order in which it was folded. */
  readonly evidence: readonly GatheredEvidence[]
  /** All that the evidence names, in order of id. */
  readonly graphs: readonly GatheredGraph[]
}

/** A bundle lists and spools each of its inputs. */
export const maxInputs = 20_000

const pageLength = 200

/** All that a version of a fact was made of, and nothing that is still to be folded. */
export async function gatherInputs(deps: GatherDeps, row: FactRow, version: number): Promise<GatheredInputs> {
  const evidence: GatheredEvidence[] = []
  const graphIds = new Set<string>()
  for await (const each of foldedEvidence(deps, row, version)) {
    if (evidence.length === maxInputs) throw tooMany(row)
    const record = evidenceRecordOf(each)
    evidence.push({ record, trace: traceOf(each) })
    for (const callgraphId of callgraphIdsOf(record)) graphIds.add(callgraphId)
  }
  const records = await Promise.all([...graphIds].sort().map((callgraphId) => graphOf(deps, row.tenant, callgraphId)))
  return { evidence, graphs: records }
}

async function* foldedEvidence({ queue }: GatherDeps, row: FactRow, version: number): AsyncGenerator<Evidence> {
  // Looked at first: what is marked meanwhile is in the history, and told once all the same.
  const unmarked = version === row.version ? await savedButUnmarked({ queue }, row) : []
  const told = new Set<string>()
  for (let after: string | undefined; ; ) {
    const page = await queue.history(row, { version, after, limit: pageLength })
    for (const evidence of page) {
      told.add(evidence.id)
      yield evidence
    }
    after = page.at(-1)?.id
    if (page.length < pageLength) break
  }
  yield* unmarked.filter(({ id }) => !told.has(id))
}

/** A fold saves before it marks: what its row names is in the fact, whatever the queue says yet. */
async function savedButUnmarked({ queue }: Pick<GatherDeps, 'queue'>, row: FactRow): Promise<Evidence[]> {
  if (row.folded.length === 0) return []
  const folded = new Set(row.folded)
  const pending = await queue.pending(row, row.folded.length + pageLength)
  return pending.filter(({ id }) => folded.has(id))
}

export function callgraphIdsOf({ payload }: EvidenceRecord): readonly string[] {
  return payload.kind === 'recompute' ? (payload.callgraphIds ?? []) : [payload.callgraphId]
}

async function graphOf({ callgraphs }: GatherDeps, tenant: Tenant, callgraphId: string): Promise<GatheredGraph> {
  return { callgraphId, record: await callgraphs.find(tenant, callgraphId) }
}

function tooMany({ subjectKey }: FactRow): ReplayError {
  return new ReplayError('REPLAY_TOO_LARGE', `the fact about ${subjectKey} has more than ${maxInputs} inputs`)
}
