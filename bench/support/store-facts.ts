import { jsonBody, postAndFold } from './post.ts'
import { startService } from './server-process.ts'
import { postGraph } from './service-graph.ts'

const clients = 8

/** A data directory with so many facts, each of a subject of its own. */
export async function storeFacts(dataDirectory: string, count: number): Promise<void> {
  await using service = await startService({ settings: { SIGNALS__DATA_DIRECTORY: dataDirectory } })
  const callgraphId = await postGraph(service.url, { nodes: 1_000, edges: 3_000, seed: 1 })
  const url = `${service.url}/signals/reachability/recompute`
  let subject = 0
  const client = async (): Promise<void> => {
    while (subject < count) {
      subject += 1
      await postAndFold({ url, ...jsonBody({ subject: { scanId: `bench-${subject}` }, callgraphIds: [callgraphId] }) })
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
}
