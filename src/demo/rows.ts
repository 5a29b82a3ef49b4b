import type { FactState } from '../facts/fact.ts'
import { type DemoClient, getRuntimeFact, getState, type PostedGraph } from './client.ts'
import { type DemoSubject, shownTargets } from './plan.ts'

/** What the table says of one target; `fixtures/demo/expected.json` holds the reviewed rows. */
export interface DemoRow {
  readonly subject: string
  readonly target: string
  readonly verdict: string
  readonly why: string
  readonly bucket: string
  readonly score: number
  readonly path: readonly string[]
  readonly seen: number
}

export async function rowsOf(client: DemoClient, subject: DemoSubject, graph: PostedGraph): Promise<DemoRow[]> {
  const rows: DemoRow[] = []
  for (const target of shownTargets(subject)) {
    const state = await getState(client, graph.subjectKey, target)
    const observed = await getRuntimeFact(client, graph.subjectKey, target)
    rows.push(rowOf(graph.subjectKey, state, observed?.hitCount ?? 0))
  }
  return rows
}

function rowOf(subject: string, state: FactState, seen: number): DemoRow {
  const { target, verdict, reasons, bucket, score, path } = state
  return { subject, target, verdict, why: reasons.join(', '), bucket, score, path, seen }
}
