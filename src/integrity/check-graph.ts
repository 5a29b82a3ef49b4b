import { buildGraphIndex } from '../callgraphs/build-graph-index.ts'
import type { NormalizedCallgraph } from '../callgraphs/callgraph.ts'
import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import { readGraphArchive } from '../callgraphs/graph-archive.ts'
import { hashCallgraph } from '../callgraphs/graph-hash.ts'
import { graphIndexKey } from '../callgraphs/graph-index-key.ts'
import { CasError } from '../cas/cas-errors.ts'
import type { CasKey } from '../cas/cas-store.ts'
import { casUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import { isCasError } from './check-blob.ts'
import { type Finding, finding } from './finding.ts'
import type { NamingRow } from './named-blobs.ts'

/** Makes a graph and its index of its archive again, as the service would, and compares both with what is stored. */
export async function checkGraph(
  content: Content,
  { row, record, archive }: { row: NamingRow; record: CallgraphRecord; archive: CasKey },
): Promise<Finding[]> {
  const graph = await readGraph(content, archive)
  // Its bytes are another check's: this one is about what they say.
  if (graph === 'not to be read') return []
  if (graph === 'not a graph') {
    return [finding('graph-mismatch', { ...row, what: 'the archive holds no graph', found: casUri(archive) })]
  }
  const graphHash = hashCallgraph(graph)
  if (graphHash !== record.graphHash) {
    const what = 'the archive holds another graph'
    return [finding('graph-mismatch', { ...row, what, expected: record.graphHash, found: graphHash })]
  }
  return await checkIndex(content, record, graph)
}

async function readGraph(
  content: Content,
  archive: CasKey,
): Promise<NormalizedCallgraph | 'not to be read' | 'not a graph'> {
  try {
    return await readGraphArchive(content.readStream(archive))
  } catch (error) {
    if (isCasError(error, 'CAS_NOT_FOUND') || isCasError(error, 'CAS_CORRUPT')) return 'not to be read'
    if (error instanceof CasError) throw error
    return 'not a graph'
  }
}

async function checkIndex(content: Content, record: CallgraphRecord, graph: NormalizedCallgraph): Promise<Finding[]> {
  const { tenant, graphHash } = record
  const key = graphIndexKey(tenant, graphHash)
  try {
    const stored = await content.readNamed(key)
    if (stored.equals(buildGraphIndex(graph))) return []
  } catch (error) {
    // It is made again when it is needed.
    if (isCasError(error, 'CAS_NOT_FOUND')) return []
    if (!isCasError(error, 'CAS_CORRUPT')) throw error
  }
  const what = 'the index is not that of its graph; it is derived, and may be deleted'
  return [finding('damaged-index', { tenant, where: casUri(key), what, damaged: key })]
}
