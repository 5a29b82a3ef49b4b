import { buildGraphIndex } from '../callgraphs/build-graph-index.ts'
import { readGraphArchive } from '../callgraphs/graph-archive.ts'
import { hashCallgraph } from '../callgraphs/graph-hash.ts'
import type { GraphIndex } from '../callgraphs/graph-index.ts'
import { openGraphIndex } from '../callgraphs/open-graph-index.ts'
import { readArchive } from '../cas/archive.ts'
import type { RuntimeEvidence } from '../evidence/evidence.ts'
import type { Digest } from '../identifiers/digest.ts'
import { FeedBuilder } from '../provenance/feed-builder.ts'
import { HitAggregate } from '../runtime-facts/merge-hits.ts'
import { readEvents } from '../runtime-facts/read-events.ts'
import { eventsName } from '../runtime-facts/stage-trace.ts'
import { graphName, traceName } from './bundle-files.ts'
import type { OpenedBundle } from './open-bundle.ts'
import { readingInput } from './unusable-input.ts'

/** A graph out of its archive, which has to be the one whose hash is in the fact. */
export async function readGraph(
  bundle: OpenedBundle,
  { digest, graphHash }: { readonly digest: Digest; readonly graphHash: Digest },
): Promise<GraphIndex> {
  const file = graphName(digest)
  return await readingInput(file, async () => {
    const graph = await readGraphArchive(bundle.stream(file))
    const hash = hashCallgraph(graph)
    if (hash !== graphHash) throw new Error(`its graph has hash ${hash} in place of ${graphHash}`)
    return openGraphIndex(buildGraphIndex(graph).buffer)
  })
}

/** What was observed, summed anew from the events themselves. */
export async function readTrace(
  bundle: OpenedBundle,
  digest: Digest,
): Promise<Pick<RuntimeEvidence, 'hits' | 'context'>> {
  const file = traceName(digest)
  return await readingInput(file, async () => {
    const hits = new HitAggregate(traceLimits)
    const provenance = new FeedBuilder()
    for await (const entry of readArchive(bundle.stream(file), archiveLimits)) {
      if (entry.name !== eventsName) continue
      for await (const read of readEvents(traceLimits, entry.content)) {
        for (const found of read) {
          if (!('event' in found)) throw new Error(`an event cannot be read: ${found.violation.message}`)
          hits.add(found.event)
          provenance.add(found.event)
        }
      }
    }
    if (hits.symbolCount === 0) throw new Error('it has no events')
    return { hits: hits.toHits(), context: provenance.contextRecords() }
  })
}

/** Wider than any service would take: a batch was accepted under the limits of its time. */
const traceLimits = { maxLineBytes: 64 * 1024 * 1024, maxDepth: 64, maxSymbols: 10_000_000 }
const archiveLimits = { maxEntries: 8, maxBytes: 64 * 1024 ** 3 }
