import type { Clock } from '../lib/clock.ts'
import { type FactUpdated, factUpdatedType } from './fact-updated.ts'

export interface EventStreamDeps {
  readonly clock: Clock
  /** Proxies cut connections on which nothing is said for long. */
  readonly heartBeatMs: number
}

/** Server-sent events (HTML Living Standard, 9.2.5), with a comment whenever there was nothing to say for a while. */
export async function* eventStream(
  { clock, heartBeatMs }: EventStreamDeps,
  pages: AsyncIterable<readonly FactUpdated[]>,
): AsyncGenerator<string> {
  // Said at once, so that the client's connection is open before the first event.
  yield ': hello\n\n'
  let lastSaidMs = clock()
  for await (const events of pages) {
    if (events.length === 0 && clock() - lastSaidMs < heartBeatMs) continue
    yield events.length === 0 ? ': heart-beat\n\n' : events.map(messageOf).join('')
    lastSaidMs = clock()
  }
}

/** JSON has no line breaks outside strings and escapes those within, so one `data` line holds it. */
function messageOf(event: FactUpdated): string {
  return `id: ${event.event_id}\nevent: ${factUpdatedType}\ndata: ${JSON.stringify(event)}\n\n`
}
