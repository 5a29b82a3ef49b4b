import { randomUUID } from 'node:crypto'
import type { CallgraphRecord } from '../../src/callgraphs/callgraph-record.ts'
import type { FactUpdated } from '../../src/events/fact-updated.ts'
import type { SlimEvent } from '../../src/events/outbox.ts'
import type { Evidence } from '../../src/evidence/evidence.ts'
import type { FactSummary } from '../../src/facts/fact.ts'
import { emptyLedger } from '../../src/facts/fact-ledger.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { isTenant, type Tenant } from '../../src/identifiers/tenant.ts'

export function tenantNamed(text: string): Tenant {
  if (!isTenant(text)) throw new TypeError(`${text} is not a tenant`)
  return text
}

export const acme = tenantNamed('acme')
export const globex = tenantNamed('globex')

/** Milliseconds within one minute, as a time. */
export function at(milliseconds: number): string {
  return new Date(Date.UTC(2026, 10, 20, 12) + milliseconds).toISOString()
}

export function someEvidence(changed: Partial<Evidence> = {}): Evidence {
  const id = changed.id ?? randomUUID()
  return {
    id,
    tenant: acme,
    subject: { scanId: 'scan-1' },
    subjectKey: 'scan-1',
    aliases: [],
    receivedAt: at(0),
    payload: { kind: 'callgraph', callgraphId: 'cg-1', targets: ['shop.pay'] },
    receipt: { receiptId: id, kind: 'callgraph', answer: { receiptId: id }, refused: [], refusedTotal: 0 },
    ...changed,
  }
}

/** Evidence of which nothing is to be folded. */
export function evidenceWithoutSubject(): Evidence {
  const { subject: _subject, subjectKey: _subjectKey, ...evidence } = someEvidence()
  return evidence
}

export function someCallgraph(changed: Partial<CallgraphRecord> = {}): CallgraphRecord {
  const hash = sha256Of(changed.callgraphId ?? 'cg-1')
  return {
    tenant: acme,
    callgraphId: 'cg-1',
    graphHash: hash,
    artifactHash: hash,
    casUri: 'cas://reachability_graphs/aa/aa.tar.zst',
    artifactCasUri: 'cas://artifacts/aa/aa.zst',
    manifestCasUri: 'cas://manifests/cg-1.json',
    manifestHash: hash,
    schemaVersion: 'signals.callgraph.v1',
    format: 'signals-json',
    language: 'java',
    component: 'shop',
    version: '1.0',
    closedWorld: false,
    nodeCount: 3,
    edgeCount: 2,
    entryPointCount: 1,
    externalCount: 0,
    dropped: { duplicateNodes: 0, duplicateEdges: 0, clampedConfidences: 0 },
    entryPoints: [{ nodeId: 'main', kind: 'main', source: 'declared' }],
    analysisIds: [],
    subjectKeys: [],
    createdAt: at(0),
    ...changed,
  }
}

export function slimEvent(version: number, changed: Partial<SlimEvent> = {}): SlimEvent {
  return {
    id: randomUUID(),
    version,
    digest: sha256Of(`fact ${version}`),
    time: at(version),
    change: 'verdict',
    figures: {
      bucket: 'direct',
      weight: 0.85,
      stateCount: 1,
      score: 0.6375,
      unknownsCount: 0,
      unknownsPressure: 0,
      averageConfidence: 0.75,
      callgraphIds: ['cg-1'],
      verdict: 'reachable',
    },
    ...changed,
  }
}

export function someSummary(changed: Partial<FactSummary> = {}): FactSummary {
  return {
    subjectKey: 'scan-1',
    version: 1,
    digest: sha256Of('fact 1'),
    computedAt: at(1),
    callgraphIds: ['cg-1'],
    stateCount: 1,
    targetCount: 1,
    runtimeFactCount: 0,
    unknownsCount: 0,
    unknownsPressure: 0,
    score: 0.5,
    requestedScore: null,
    verdict: 'reachable',
    bucket: 'direct',
    weight: 0.85,
    averageConfidence: 0.75,
    buckets: ['direct'],
    verdicts: ['reachable'],
    ...changed,
  }
}

/** The first row of a subject, with its first fact and its event. */
export function someFactRow(changed: Partial<FactRow> = {}, summary: Partial<FactSummary> = {}): FactRow {
  const told = someSummary({ ...summary, subjectKey: changed.subjectKey ?? 'scan-1' })
  return {
    tenant: acme,
    subjectKey: 'scan-1',
    revision: 1,
    version: 1,
    aliases: [],
    ledger: { ...emptyLedger({ scanId: 'scan-1' }), metadata: { team: 'payments' }, callgraphIds: ['cg-1'] },
    folded: [],
    events: [slimEvent(1)],
    fact: {
      digest: told.digest,
      computedAt: told.computedAt,
      summary: told,
      metadata: { 'fact.version': '1' },
      body: Buffer.from('{"schema":"signals.fact.v1"}'),
    },
    ...changed,
  }
}

/** A subject that is known, but has no fact yet. */
export function factlessRow(subjectKey: string): FactRow {
  const { fact: _fact, ...row } = someFactRow({ subjectKey, version: 0, events: [] })
  return row
}

export function nextRow(row: FactRow, changed: Partial<FactRow> = {}): FactRow {
  return { ...row, revision: row.revision + 1, ...changed }
}

export function factUpdated(changed: Partial<FactUpdated> = {}): FactUpdated {
  return {
    event_id: randomUUID(),
    emitted_at: at(1),
    tenant: acme,
    subject_key: 'scan-1',
    fact_kind: 'reachability',
    fact_version: 1,
    digest: sha256Of('fact 1'),
    content_type: 'application/json',
    producer: 'StellaOps.Signals',
    source: { pipeline: 'signals' },
    trace: { trace_id: '0'.repeat(32), span_id: '0'.repeat(16) },
    summary: {
      bucket: 'direct',
      weight: 0.85,
      stateCount: 1,
      score: 0.5,
      targets: ['shop.pay'],
      unknownsCount: 0,
      unknownsPressure: 0,
      averageConfidence: 0.75,
      callgraphIds: ['cg-1'],
      analysisIds: [],
      verdict: 'reachable',
      change: 'verdict',
      computedAt: at(1),
    },
    ...changed,
  }
}
