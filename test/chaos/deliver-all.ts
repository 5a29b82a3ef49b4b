import type { ChaosClient } from './chaos-client.ts'
import type { PlannedBatch } from './planned-batches.ts'

export interface Delivering {
  readonly client: ChaosClient
  readonly writers: number
}

/** Many writers at once, each with the next batch; returns when all are acknowledged, the re-deliveries too. */
export async function deliverAll({ client, writers }: Delivering, batches: Iterable<PlannedBatch>): Promise<void> {
  const waiting = batches[Symbol.iterator]()
  const older: PlannedBatch[] = []
  const write = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const batch = next.value
      await Promise.all(sendingsOf(batch, older).map((sent) => client.deliver(sent)))
      // Enough to choose from: what is sent again is from a moment to some seconds old.
      if (older.push(batch) > 500) older.shift()
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
}

function sendingsOf(batch: PlannedBatch, older: readonly PlannedBatch[]): readonly PlannedBatch[] {
  switch (batch.redelivery) {
    case 'none':
      return [batch]
    case 'sent twice at once':
      return [batch, batch]
    case 'an older one is sent again':
      return [batch, ...older.slice(0, 1)]
  }
}
