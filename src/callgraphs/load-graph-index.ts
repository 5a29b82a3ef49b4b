import { CasError } from '../cas/cas-errors.ts'
import { parseCasUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import { buildGraphIndex } from './build-graph-index.ts'
import type { CallgraphRecord } from './callgraph-record.ts'
import { readGraphArchive } from './graph-archive.ts'
import type { GraphIndex } from './graph-index.ts'
import { graphIndexKey } from './graph-index-key.ts'
import { GraphIndexFormatError, openGraphIndex } from './open-graph-index.ts'

/** An index with the buffer that it looks into: threads are handed the buffer, and share the graph. */
export interface SharedGraphIndex {
  readonly index: GraphIndex
  readonly buffer: SharedArrayBuffer
}

/** Reads the stored index of a graph; it is derived, so when it is gone or of another format it is made again. */
export async function loadGraphIndex(content: Content, record: CallgraphRecord): Promise<SharedGraphIndex> {
  const key = graphIndexKey(record.tenant, record.graphHash)
  try {
    return shared(await content.readNamed(key))
  } catch (error) {
    if (!isLost(error)) throw error
    return shared(await rebuild(content, record))
  }
}

async function rebuild(content: Content, record: CallgraphRecord): Promise<Uint8Array> {
  const archive = parseCasUri(record.tenant, record.casUri)
  if (!archive) throw new TypeError(`the record of ${record.callgraphId} names ${record.casUri}, which is no CAS URI`)
  const bytes = buildGraphIndex(await readGraphArchive(content.readStream(archive)))
  await content.putNamed(graphIndexKey(record.tenant, record.graphHash), bytes)
  return bytes
}

function shared(bytes: Uint8Array): SharedGraphIndex {
  const buffer = new SharedArrayBuffer(bytes.byteLength)
  new Uint8Array(buffer).set(bytes)
  return { buffer, index: openGraphIndex(buffer) }
}

function isLost(error: unknown): boolean {
  if (error instanceof GraphIndexFormatError) return true
  return error instanceof CasError && (error.code === 'CAS_NOT_FOUND' || error.code === 'CAS_CORRUPT')
}
