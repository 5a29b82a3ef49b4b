import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import type { GraphIndexCache } from '../callgraphs/graph-index-cache.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import type { ExplainQuestion } from './explain-target.ts'
import type { FactRow } from './fact-row.ts'
import type { ExplainAnswer, QueryAnswer, QueryTarget } from './question-documents.ts'
import type { QuestionLane } from './question-lane.ts'

export interface AskSubjectDeps {
  readonly callgraphs: Pick<CallgraphRepository, 'find'>
  readonly indexes: GraphIndexCache
  readonly lane: QuestionLane
  readonly profile: ScoringProfile
}

export async function askForStates(
  deps: AskSubjectDeps,
  row: FactRow,
  targets: readonly QueryTarget[],
): Promise<QueryAnswer> {
  const callgraphs = await callgraphsOf(deps, row)
  const { lane, profile } = deps
  return await lane.query({ row, callgraphs, profile }, await indexesOf(deps, callgraphs), targets)
}

export async function askForReasons(
  deps: AskSubjectDeps,
  row: FactRow,
  question: ExplainQuestion,
): Promise<ExplainAnswer> {
  const callgraphs = await callgraphsOf(deps, row)
  const { lane, profile } = deps
  return await lane.explain({ row, callgraphs, profile }, await indexesOf(deps, callgraphs), question)
}

async function callgraphsOf({ callgraphs }: AskSubjectDeps, { tenant, ledger }: FactRow): Promise<CallgraphRecord[]> {
  const records = await Promise.all(ledger.callgraphIds.map((callgraphId) => callgraphs.find(tenant, callgraphId)))
  return records.filter((record) => record !== undefined)
}

async function indexesOf({ indexes }: AskSubjectDeps, callgraphs: readonly CallgraphRecord[]) {
  const loaded = callgraphs.map(async (record) => [record.callgraphId, (await indexes.get(record)).buffer] as const)
  return new Map(await Promise.all(loaded))
}
