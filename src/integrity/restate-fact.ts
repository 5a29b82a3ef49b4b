import type { FactBody, LongList } from '../facts/fact.ts'
import type { FactRow, StoredFact } from '../facts/fact-row.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { type Finding, finding } from './finding.ts'
import type { NamingRow } from './named-blobs.ts'

/** What the row tells of a fact, in its list and its metadata, said again from the fact itself. */
export function restate(row: NamingRow, stored: FactRow, { digest, summary, metadata }: StoredFact, body: FactBody) {
  const said: Readonly<Record<string, readonly [told: unknown, found: unknown]>> = {
    subjectKey: [body.subjectKey, stored.subjectKey],
    'summary.subjectKey': [body.subjectKey, summary.subjectKey],
    'summary.version': [stored.version, summary.version],
    'summary.digest': [digest, summary.digest],
    'summary.callgraphIds': [body.callgraphs.map(({ callgraphId }) => callgraphId), summary.callgraphIds],
    'summary.stateCount': [countOf(body.states), summary.stateCount],
    'summary.targetCount': [countOf(body.targets), summary.targetCount],
    'summary.runtimeFactCount': [countOf(body.runtimeFacts), summary.runtimeFactCount],
    'summary.unknownsCount': [body.unknownsCount, summary.unknownsCount],
    'summary.unknownsPressure': [body.unknownsPressure, summary.unknownsPressure],
    'summary.score': [body.score, summary.score],
    'summary.requestedScore': [body.requestedScore, summary.requestedScore],
    'summary.verdict': [body.verdict, summary.verdict],
    'metadata fact.digest': [digest, metadata['fact.digest']],
    'metadata fact.version': [String(stored.version), metadata['fact.version']],
  }
  return Object.entries(said).flatMap(([member, [told, found]]) => mismatch(row, member, told, found))
}

function mismatch(row: NamingRow, member: string, told: unknown, found: unknown): Finding[] {
  const [expected, actual] = [textOf(told), textOf(found)]
  if (expected === actual) return []
  return [finding('fact-mismatch', { ...row, what: `${member} is not what the fact says`, expected, found: actual })]
}

function textOf(value: unknown): string {
  return value === undefined ? 'nothing' : canonicalJson(value)
}

function countOf(list: LongList<unknown>): number {
  return 'chunks' in list ? list.count : list.length
}
