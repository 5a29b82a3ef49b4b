import type { Logger } from 'pino'
import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import type { Timer } from '../lib/timer.ts'
import type { EventLog } from './event-log.ts'
import type { EventPublisher } from './event-publisher.ts'
import type { FactUpdated } from './fact-updated.ts'
import type { Outbox, OutboxEntry, SlimEvent, WaitingSubject } from './outbox.ts'
import { keyOf, RelayShare, type SavedSubject } from './relay-share.ts'

export interface OutboxRelayDeps {
  readonly outbox: Pick<Outbox, 'unrelayed' | 'pull'>
  readonly log: Pick<EventLog, 'append'>
  readonly publisher: EventPublisher
  /** Makes durable, as often as it is told, what is kept of these versions when their events are gone. */
  readonly remember: (entries: readonly OutboxEntry[]) => Promise<void>
  /** Takes back what was made durable of versions whose subject was erased meanwhile. */
  readonly forgetErased: (events: readonly FactUpdated[]) => Promise<void>
  /** Makes the whole event from what waits in the row and the fact of its version. */
  readonly complete: (entry: OutboxEntry, slim: SlimEvent) => Promise<FactUpdated>
  /** Tells the cache that what it holds of the subject is out of date. */
  readonly markCache: (entry: OutboxEntry) => Promise<void>
  readonly failPoints: FailPoints
  readonly logger: Pick<Logger, 'warn'>
  readonly clock: Clock
  readonly timer: Timer
  /** How often the outbox is looked at unasked, and how long others may take to relay what they saved: one may have died. */
  readonly lookEveryMs: number
}

interface CompletedEntry {
  readonly entry: OutboxEntry
  readonly events: readonly FactUpdated[]
}

// A pass holds its events in memory, so it takes no more of each subject than this.
const entriesPerPass = 64
const eventsPerEntry = 50
// What others relay and what waits for its next try comes first when it is older; looking past so much of it is cheap.
const maxListed = 1_024
// When so many wait for their next try, it is hardly about each of them: others wait until some have got through.
const maxHeldListed = 4_096
const backoff = { baseMs: 100, maxMs: 30_000 }

/**
 * Brings events from the rows of their facts to the event log and the bus: at least once, in order of version per
 * subject. Any number of replicas may do so at once, for every step can be repeated.
 */
export class OutboxRelay {
  readonly #deps: OutboxRelayDeps
  readonly #share: RelayShare
  /** Subjects whose events could not be completed or were refused, and when to try again; they hold up nobody else. */
  readonly #held = new Map<string, { attempts: number; untilMs: number }>()
  #running: Promise<void> | undefined
  #isWanted = false
  #isClosed = false
  #failures = 0
  #retryAtMs = 0
  #cancelTimer: () => void = () => undefined

  constructor(deps: OutboxRelayDeps) {
    this.#deps = deps
    this.#share = new RelayShare({ clock: deps.clock, patienceMs: deps.lookEveryMs })
  }

  /**
   * Relays what was saved, and what others leave waiting for long, soon; after a failure not before its next try. The
   * first call also begins the regular looks.
   */
  wake(saved?: SavedSubject): void {
    if (saved) this.#share.add(saved)
    if (this.#deps.clock() >= this.#retryAtMs) this.#start()
  }

  /** Resolves when no relaying is going on; what failed may still wait for its next try. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  /** Tries to relay everything that waits now. */
  async flush(): Promise<void> {
    this.#share.addAll()
    this.#start()
    await this.idle()
  }

  /** Lets a pass end and begins no more: what is left waits in its rows. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer()
    await this.idle()
  }

  #start(): void {
    if (this.#isClosed) return
    this.#isWanted = true
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    this.#cancelTimer()
    try {
      while (this.#isWanted && !this.#isClosed) {
        this.#isWanted = false
        this.#share.begin()
        await this.#relayAll()
        this.#failures = 0
      }
    } catch (error) {
      this.#failures += 1
      this.#deps.logger.warn({ err: error, failures: this.#failures }, 'events could not be relayed yet')
    } finally {
      this.#running = undefined
      this.#lookLater()
    }
  }

  async #relayAll(): Promise<void> {
    let isMore = true
    while (isMore && !this.#isClosed) isMore = await this.#relaySome()
  }

  /** In this order every crash repeats a step and none is skipped: an event leaves its row only when all else is done. */
  async #relaySome(): Promise<boolean> {
    const entries = await this.#takeEntries()
    try {
      return await this.#relay(entries)
    } catch (error) {
      for (const entry of entries) this.#share.add(entry)
      throw error
    }
  }

  async #relay(entries: readonly OutboxEntry[]): Promise<boolean> {
    const { log, publisher, remember, forgetErased, markCache, failPoints } = this.#deps
    const completed = await this.#complete(entries)
    const events = completed.flatMap((done) => done.events)
    if (events.length === 0) return entries.length > 0
    failPoints.reach('before-relay')
    await Promise.all([remember(completed.map(({ entry }) => entry)), log.append(events)])
    // Whoever erases says so before it takes back what is there: one of the two sees the other's.
    await forgetErased(events)
    await Promise.all(completed.map(({ entry }) => markCache(entry)))
    const { waiting } = await publisher.publish(events)
    failPoints.reach('before-pull')
    const refused = new Set(waiting)
    await Promise.all(completed.map((done) => this.#settle(done, refused)))
    return true
  }

  /** Takes what got through out of the row, and holds the rest for its next try. */
  async #settle({ entry, events }: CompletedEntry, refused: ReadonlySet<FactUpdated>): Promise<void> {
    const { tenant, subjectKey } = entry
    const through = events.filter((event) => !refused.has(event)).map(({ event_id }) => event_id)
    if (through.length === events.length) this.#held.delete(keyOf(entry))
    else this.#hold(entry)
    if (through.length > 0) await this.#deps.outbox.pull(tenant, subjectKey, through)
  }

  async #takeEntries(): Promise<OutboxEntry[]> {
    const now = this.#deps.clock()
    const listed = new Set<string>()
    const forgetOthers = this.#share.forgetOthers()
    let taken = 0
    const isTaken = (waiting: WaitingSubject): boolean => {
      listed.add(keyOf(waiting))
      const held = this.#held.get(keyOf(waiting))
      const isWanted = held ? held.untilMs <= now : this.#share.has(waiting)
      if (!isWanted || taken === entriesPerPass) return false
      taken += 1
      this.#share.take(waiting)
      return true
    }
    const entries = await this.#deps.outbox.unrelayed(Math.min(maxListed + this.#held.size, maxHeldListed), isTaken)
    // What waits no more was relayed by another replica.
    for (const key of this.#held.keys()) if (!listed.has(key)) this.#held.delete(key)
    forgetOthers(listed)
    for (const entry of entries) if (entry.events.length > eventsPerEntry) this.#share.add(entry)
    return entries.map(firstEvents)
  }

  async #complete(entries: readonly OutboxEntry[]): Promise<CompletedEntry[]> {
    const completed = await Promise.all(entries.map((entry) => this.#completeOne(entry)))
    return completed.filter((done) => done !== undefined)
  }

  async #completeOne(entry: OutboxEntry): Promise<CompletedEntry | undefined> {
    try {
      const events: FactUpdated[] = []
      for (const slim of entry.events) events.push(await this.#deps.complete(entry, slim))
      return { entry, events }
    } catch (error) {
      const attempts = this.#hold(entry)
      const { tenant, subjectKey } = entry
      this.#deps.logger.warn({ err: error, tenant, subjectKey, attempts }, 'an event could not be completed yet')
      return undefined
    }
  }

  #hold(entry: OutboxEntry): number {
    const attempts = (this.#held.get(keyOf(entry))?.attempts ?? 0) + 1
    this.#held.set(keyOf(entry), { attempts, untilMs: this.#deps.clock() + backoffMs(backoff, attempts) })
    return attempts
  }

  #lookLater(): void {
    if (this.#isClosed) return
    const now = this.#deps.clock()
    const delays = [...this.#held.values()].map(({ untilMs }) => Math.max(1, untilMs - now))
    const retryMs = this.#failures > 0 ? backoffMs(backoff, this.#failures) : 0
    this.#retryAtMs = now + retryMs
    const delayMs = retryMs > 0 ? retryMs : Math.min(this.#deps.lookEveryMs, ...delays)
    this.#cancelTimer = this.#deps.timer(delayMs, () => this.#start())
  }
}

function firstEvents(entry: OutboxEntry): OutboxEntry {
  return { ...entry, events: entry.events.slice(0, eventsPerEntry) }
}
