import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { eventBytes, spreadNodes } from '../support/made-events.ts'
import { post, settled } from '../support/post.ts'
import { eventsUrl, postGraph } from '../support/service-graph.ts'

const subjects = 20
export const linesInBatch = 2_000
const clients = 4
const graphNodes = 40_000
const afterRefusalMs = 500

interface Batch {
  readonly url: string
  readonly scanId: string
  readonly body: Buffer
}

export interface Sent {
  readonly acknowledged: number
  readonly refused: number
  readonly seconds: number
}

/** Agents of twenty images that report again and again what runs in them: counts that rise, and nothing that is new. */
export class SoakLoad {
  readonly #url: string
  readonly #batches: readonly Batch[]

  private constructor(url: string, batches: readonly Batch[]) {
    this.#url = url
    this.#batches = batches
  }

  static async prepare(url: string): Promise<SoakLoad> {
    const callgraphId = await postGraph(url, { nodes: graphNodes, edges: 3 * graphNodes, seed: 1 })
    const batches = Array.from({ length: subjects }, (_, subject) => {
      const nodes = spreadNodes({ first: subject, count: linesInBatch, step: graphNodes / linesInBatch })
      const scanId = `soak-${subject}`
      const body = eventBytes({ lines: linesInBatch, nodes, seed: subject })
      return { url: eventsUrl(url, callgraphId, scanId), scanId, body }
    })
    for (const batch of batches) await send(batch)
    return new SoakLoad(url, batches)
  }

  /** As fast as they are taken, and that until all of it is folded: batches a second. */
  async capacity(seconds: number): Promise<number> {
    const start = performance.now()
    const { acknowledged } = await this.#send(seconds, () => 0)
    if (acknowledged === 0) throw new Error('no batch was taken while the capacity was measured')
    for (const { scanId } of this.#batches) await settled(this.#url, scanId)
    return (acknowledged * 1000) / (performance.now() - start)
  }

  /** So many a second, whether or not the one before is acknowledged. */
  async atRate(rate: number, seconds: number): Promise<Sent> {
    return await this.#send(seconds, (position) => position / rate)
  }

  async #send(seconds: number, dueAfter: (position: number) => number): Promise<Sent> {
    const start = performance.now()
    const elapsed = (): number => (performance.now() - start) / 1000
    let [position, acknowledged, refused] = [0, 0, 0]
    const client = async (): Promise<void> => {
      while (elapsed() < seconds) {
        const due = dueAfter(position)
        const batch = this.#batches[position % subjects]
        position += 1
        await pause(Math.max(0, due - elapsed()) * 1000)
        if (batch && (await isTaken(batch))) acknowledged += 1
        else {
          refused += 1
          await pause(afterRefusalMs)
        }
      }
    }
    await Promise.all(Array.from({ length: clients }, client))
    return { acknowledged, refused, seconds: elapsed() }
  }
}

async function isTaken(batch: Batch): Promise<boolean> {
  return await send(batch).then(
    () => true,
    () => false,
  )
}

async function send({ url, body }: Batch): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() }
  await post({ url, headers, body })
}
