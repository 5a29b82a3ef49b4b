import { join } from 'node:path'
import { AcknowledgementLog } from './acknowledgement-log.ts'
import { ChaosClient } from './chaos-client.ts'
import { deliverAll } from './deliver-all.ts'
import type { PlannedBatch } from './planned-batches.ts'
import type { PlannedGraph } from './planned-graphs.ts'
import { postGraphs } from './post-graphs.ts'
import { readFacts, settled } from './read-service.ts'
import { Replicas } from './replicas.ts'

export interface EmbeddedInput {
  readonly directory: string
  readonly graphs: readonly PlannedGraph[]
  readonly batches: readonly PlannedBatch[]
  readonly subjects: readonly string[]
}

/** The digests that one process on SQLite comes to, to which nothing happens. */
export async function embeddedDigests(
  { directory, graphs, batches, subjects }: EmbeddedInput,
  opened: AsyncDisposableStack,
): Promise<Map<string, string>> {
  const embedded = opened.use(new Replicas(join(directory, 'embedded'), { SIGNALS__TELEMETRY__LOG_LEVEL: 'warn' }))
  await embedded.start(1)
  const [url = ''] = embedded.urls
  const callgraphIds = await postGraphs(url, graphs)
  const log = new AcknowledgementLog()
  const client = new ChaosClient({ urls: () => [url], mayEnd: () => false, callgraphIds, log })
  // Once each, and in another order.
  await deliverAll(
    { client, writers: 16 },
    batches.map((batch) => ({ ...batch, redelivery: 'none' as const })).reverse(),
  )
  await settled(url)
  const facts = await readFacts(url, subjects)
  return new Map([...facts].map(([subject, { digest }]) => [subject, digest]))
}
