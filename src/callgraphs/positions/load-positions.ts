import { parseCasUri } from '../../cas/cas-uri.ts'
import type { Content } from '../../cas/content.ts'
import type { CallgraphRecord } from '../callgraph-record.ts'
import type { PositionTable } from './position-table.ts'
import { readPositions } from './read-positions.ts'

/** Places come from the artefact as it was received: in the graph they would change its hash. */
export async function loadPositions(
  content: Pick<Content, 'readStream'>,
  record: CallgraphRecord,
): Promise<PositionTable> {
  const { tenant, callgraphId, artifactCasUri } = record
  const artifact = parseCasUri(tenant, artifactCasUri)
  if (!artifact) throw new TypeError(`the record of ${callgraphId} names ${artifactCasUri}, which is no CAS URI`)
  return await readPositions(record, content.readStream(artifact))
}
