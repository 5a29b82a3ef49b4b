import { blobKey } from '../cas/cas-uri.ts'
import type { FactBody } from '../facts/fact.ts'
import { chunksOfBody, contentOfLedger } from '../facts/fact-content.ts'
import type { FactRow, StoredFact } from '../facts/fact-row.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import { isCasError } from './check-blob.ts'
import { type Finding, finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import { findMissing, type NamedBlob, type NamingRow } from './named-blobs.ts'
import { restate } from './restate-fact.ts'

/** The fact of a row: its body by its digest, the chunks of its lists and of its ledger, and what the row tells of it. */
export async function checkFact(deps: IntegrityDeps, row: NamingRow, stored: FactRow): Promise<Finding[]> {
  // Chunks that stand in the body too are looked for twice: each of the two must be able to find them.
  const remembered = await findMissing(deps.cas, row, blobsOf(row, 'ledger', contentOfLedger(stored.ledger)))
  const { fact } = stored
  if (!fact) return remembered
  const body = await readBody(deps, row, fact)
  const missing = await findMissing(deps.cas, row, blobsOf(row, 'digest', [fact.digest]))
  if (body === undefined) return [...remembered, ...missing]
  if ('kind' in body) return [...remembered, ...missing, body]
  return [
    ...remembered,
    ...missing,
    ...(await findMissing(deps.cas, row, blobsOf(row, 'chunks', chunksOfBody(body)))),
    ...(await checkGraphs(deps, row, body)),
    ...restate(row, stored, fact, body),
  ]
}

/** Undefined where it cannot be read from the CAS, which is told of the blob. */
async function readBody(
  { content }: IntegrityDeps,
  row: NamingRow,
  { digest, body }: StoredFact,
): Promise<FactBody | Finding | undefined> {
  if (body && sha256Of(body) !== digest) {
    const what = 'the body in the row is not that of its digest'
    return finding('fact-mismatch', { ...row, what, expected: digest, found: sha256Of(body) })
  }
  try {
    const bytes = body ?? (await content.readBytes(row.tenant, 'reachability_facts', digest, '.json.zst'))
    // The digest proves the bytes, and the bytes prove the type.
    return JSON.parse(bytes.toString('utf8')) as FactBody
  } catch (error) {
    if (isCasError(error, 'CAS_NOT_FOUND') || isCasError(error, 'CAS_CORRUPT')) return undefined
    throw error
  }
}

async function checkGraphs({ callgraphs }: IntegrityDeps, row: NamingRow, body: FactBody): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { callgraphId, graphHash } of body.callgraphs) {
    const record = await callgraphs.find(row.tenant, callgraphId)
    if (record?.graphHash === graphHash) continue
    const what = record ? 'it rests on another graph of the id' : 'it rests on a graph that has no row'
    const told = { ...row, what, expected: `callgraphs/${callgraphId} ${graphHash}` }
    findings.push(finding('dangling-reference', record ? { ...told, found: record.graphHash } : told))
  }
  return findings
}

function* blobsOf({ tenant }: NamingRow, member: string, digests: Iterable<Digest>): Generator<NamedBlob> {
  for (const digest of digests) yield { member, key: blobKey(tenant, 'reachability_facts', digest, '.json.zst') }
}
