import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import { digestOfKey } from '../cas/cas-key.ts'
import { checkBlob } from './check-blob.ts'
import { checkGraph } from './check-graph.ts'
import { type Finding, finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import { findMissing, keyOfUri, type NamingRow } from './named-blobs.ts'

/** The row of a graph: what was posted, its archive, its manifest, its index. */
export async function checkCallgraph({ cas, content }: IntegrityDeps, record: CallgraphRecord): Promise<Finding[]> {
  const row: NamingRow = { tenant: record.tenant, where: `callgraphs/${record.callgraphId}` }
  const artifact = keyOfUri(row, 'artifactCasUri', record.artifactCasUri)
  const archive = keyOfUri(row, 'casUri', record.casUri)
  const manifest = keyOfUri(row, 'manifestCasUri', record.manifestCasUri)
  if ('kind' in artifact || 'kind' in archive || 'kind' in manifest) {
    return [artifact, archive, manifest].filter((key) => 'kind' in key)
  }
  const named = [
    { member: 'artifactCasUri', key: artifact },
    { member: 'casUri', key: archive },
    { member: 'manifestCasUri', key: manifest },
  ]
  const namesItsArtifact = digestOfKey(artifact) === record.artifactHash
  return [
    ...(namesItsArtifact ? [] : [otherArtifact(row, record)]),
    ...(await findMissing(cas, row, named)),
    ...(await checkBlob(content, manifest, record.manifestHash)),
    ...(await checkGraph(content, { row, record, archive })),
  ]
}

function otherArtifact(row: NamingRow, { artifactHash, artifactCasUri }: CallgraphRecord): Finding {
  const what = 'artifactCasUri names another artifact than artifactHash'
  return finding('dangling-reference', { ...row, what, expected: artifactHash, found: artifactCasUri })
}
