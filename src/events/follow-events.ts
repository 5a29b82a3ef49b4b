import type { Tenant } from '../identifiers/tenant.ts'
import type { Timer } from '../lib/timer.ts'
import type { EventLog } from './event-log.ts'
import type { FactUpdated } from './fact-updated.ts'

export interface FollowDeps {
  readonly log: EventLog
  /** Wakes when the tenant's log has grown in this process. */
  readonly listen: (tenant: Tenant, wake: () => void) => () => void
  readonly timer: Timer
  /** How often the log is looked at unasked, so that what another process appended is seen. */
  readonly lookEveryMs: number
}

export interface Follower {
  readonly tenant: Tenant
  readonly after: string | undefined
  readonly signal: AbortSignal
}

const eventsPerPage = 100

/** Pages of the log behind `after`, then more as it grows; an empty page after a look that found nothing. */
export async function* followEvents(deps: FollowDeps, follower: Follower): AsyncGenerator<readonly FactUpdated[]> {
  const { tenant, signal } = follower
  const wakeup = new Wakeup(deps)
  const unlisten = deps.listen(tenant, wakeup.wake)
  signal.addEventListener('abort', wakeup.wake)
  try {
    let cursor = follower.after
    while (!signal.aborted) {
      const { items, nextCursor } = await deps.log.page(tenant, cursor, eventsPerPage)
      cursor = nextCursor ?? cursor
      yield items
      if (items.length < eventsPerPage) await wakeup.next()
    }
  } finally {
    signal.removeEventListener('abort', wakeup.wake)
    unlisten()
  }
}

/** A wake during a read is remembered: what it tells of may have come behind that read. */
class Wakeup {
  readonly #deps: Pick<FollowDeps, 'timer' | 'lookEveryMs'>
  #isWoken = false
  #resume: () => void = () => undefined

  constructor(deps: Pick<FollowDeps, 'timer' | 'lookEveryMs'>) {
    this.#deps = deps
  }

  readonly wake = (): void => {
    this.#isWoken = true
    this.#resume()
  }

  async next(): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const cancel = this.#deps.timer(this.#deps.lookEveryMs, resolve)
        this.#resume = () => {
          cancel()
          resolve()
        }
      })
    }
    this.#isWoken = false
  }
}
