import type { CasKey } from '../cas/cas-store.ts'
import { blobKey } from '../cas/cas-uri.ts'
import type { RuntimeEvidence } from '../evidence/evidence.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type Finding, finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import type { InventoriedEvidence } from './inventory.ts'
import { findMissing, keyOfUri, type NamedBlob, type NamingRow } from './named-blobs.ts'

/** A row of evidence: what it names, its receipt, and whether the fact that it says holds it is there. */
export async function checkEvidence(
  deps: IntegrityDeps,
  tenant: Tenant,
  evidence: InventoriedEvidence,
): Promise<Finding[]> {
  const row: NamingRow = { tenant, where: `evidence/${evidence.id}` }
  return [
    ...(await checkGraphOf(deps, row, evidence)),
    ...(await checkContentOf(deps, row, evidence)),
    ...receiptFindings(row, evidence),
    ...foldFindings(row, evidence),
  ]
}

/** Recomputes and unknowns may name graphs that are still to come. */
async function checkGraphOf(
  { callgraphs }: IntegrityDeps,
  row: NamingRow,
  { payload }: InventoriedEvidence,
): Promise<Finding[]> {
  if (payload.kind !== 'callgraph' && payload.kind !== 'runtime') return []
  if (await callgraphs.find(row.tenant, payload.callgraphId)) return []
  const what = 'it names a graph that has no row'
  return [finding('dangling-reference', { ...row, what, expected: `callgraphs/${payload.callgraphId}` })]
}

async function checkContentOf(
  { cas }: IntegrityDeps,
  row: NamingRow,
  { payload, receipt }: InventoriedEvidence,
): Promise<Finding[]> {
  if (payload.kind !== 'runtime') return []
  const trace = keyOfUri(row, 'traceCasUri', receipt.answer['traceCasUri'])
  const lists = listsOf(row.tenant, payload)
  if ('kind' in trace) return [trace, ...(await findMissing(cas, row, lists))]
  return await findMissing(cas, row, [{ member: 'traceCasUri', key: trace }, ...lists])
}

function listsOf(tenant: Tenant, { hitsDigest, contextDigest }: RuntimeEvidence): NamedBlob[] {
  return [
    ...(hitsDigest ? [{ member: 'hitsDigest', key: listKey(tenant, hitsDigest) }] : []),
    ...(contextDigest ? [{ member: 'contextDigest', key: listKey(tenant, contextDigest) }] : []),
  ]
}

function listKey(tenant: Tenant, digest: Digest): CasKey {
  return blobKey(tenant, 'reachability_facts', digest, '.json.zst')
}

function receiptFindings(row: NamingRow, { id, receipt, payload }: InventoriedEvidence): Finding[] {
  if (receipt.receiptId === id && receipt.kind === payload.kind) return []
  const what = 'its receipt is that of other evidence'
  const found = `${receipt.kind} ${receipt.receiptId}`
  return [finding('evidence-mismatch', { ...row, what, expected: `${payload.kind} ${id}`, found })]
}

function foldFindings(row: NamingRow, evidence: InventoriedEvidence): Finding[] {
  const { state, subjectKey, factVersion = 0, subjectVersion } = evidence
  // What waits, and what is about nobody, is in no fact.
  if (state === 'pending' || subjectKey === undefined) return []
  if (subjectVersion === undefined) {
    const what = 'it was folded into a subject that has no row'
    return [finding('dangling-reference', { ...row, what, expected: `facts/${subjectKey}` })]
  }
  if (factVersion <= subjectVersion) return []
  const what = 'it was folded into a version that the fact has not come to'
  return [
    finding('evidence-mismatch', { ...row, what, expected: `at most ${subjectVersion}`, found: `${factVersion}` }),
  ]
}
