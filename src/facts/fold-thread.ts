import type { GraphIndex } from '../callgraphs/graph-index.ts'
import { openGraphIndex } from '../callgraphs/open-graph-index.ts'
import { type ContentOptions, type OpenedContent, openContent } from '../cas/open-content.ts'
import { type Transferred, transferring } from '../lib/error-transfer.ts'
import { blobAccess } from './blob-access.ts'
import { blobCache, cachedBlobs } from './cached-blobs.ts'
import { computeFact, type FoldInput, type FoldOutput } from './compute-fact.ts'

// A diagnostic report tells of each thread's environment, which is mostly secrets.
process.report.excludeEnv = true

export interface FoldJob {
  readonly content: ContentOptions
  readonly input: FoldInput
  /** Indexed graphs by callgraph id: shared with the thread that holds them in its cache, not copied. */
  readonly indexes: ReadonlyMap<string, SharedArrayBuffer>
}

let opened: Promise<OpenedContent> | undefined
// The chunks of a fact of half a million symbols.
const cache = blobCache({ maxBytes: 64 * 1024 * 1024 })
const indexes = new WeakMap<SharedArrayBuffer, GraphIndex>()

/** Runs in a worker thread: scoring and hashing a large fact takes longer than the event loop may wait. */
export async function fold({ content, input, indexes: buffers }: FoldJob): Promise<Transferred<FoldOutput>> {
  opened ??= openContent(content)
  const { tenant } = input
  const blobs = cachedBlobs(blobAccess((await opened).content, tenant), { cache, tenant })
  const loadIndex = async (callgraphId: string): Promise<GraphIndex> => indexOf(callgraphId, buffers)
  return await transferring(() => computeFact({ ...blobs, loadIndex }, input))
}

function indexOf(callgraphId: string, buffers: ReadonlyMap<string, SharedArrayBuffer>): GraphIndex {
  const buffer = buffers.get(callgraphId)
  if (!buffer) throw new TypeError(`the fold was handed no index of ${callgraphId}`)
  const index = indexes.get(buffer) ?? openGraphIndex(buffer)
  indexes.set(buffer, index)
  return index
}
