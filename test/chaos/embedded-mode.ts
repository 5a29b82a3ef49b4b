import { join } from 'node:path'
import { startServiceProcess } from '../support/service-process.ts'
import { AcknowledgementLog } from './acknowledgement-log.ts'
import { ChaosClient } from './chaos-client.ts'
import { deliverAll } from './deliver-all.ts'
import type { PlannedBatch } from './planned-batches.ts'
import type { PlannedGraph } from './planned-graphs.ts'
import { postGraphs } from './post-graphs.ts'
import { readFacts, settled } from './read-service.ts'

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
  const service = await startServiceProcess(join(directory, 'embedded'), { SIGNALS__TELEMETRY__LOG_LEVEL: 'warn' })
  opened.defer(() => service.kill())
  const callgraphIds = await postGraphs(service.url, graphs)
  const log = new AcknowledgementLog()
  const client = new ChaosClient({ urls: () => [service.url], mayEnd: () => false, callgraphIds, log })
  // Once each, and in another order.
  await deliverAll(
    { client, writers: 16 },
    batches.map((batch) => ({ ...batch, redelivery: 'none' as const })).reverse(),
  )
  await settled(service.url)
  const facts = await readFacts(service.url, subjects)
  return new Map([...facts].map(([subject, { digest }]) => [subject, digest]))
}
