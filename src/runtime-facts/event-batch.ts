import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import { FeedBuilder } from '../provenance/feed-builder.ts'
import { sourceKey } from './batch-envelope.ts'
import { EventSpool } from './event-spool.ts'
import { HitAggregate } from './merge-hits.ts'
import type { ReadEvent } from './read-event.ts'
import { RefusedLines } from './refused-lines.ts'
import type { KeptEvent, RuntimeEvent } from './runtime-event.ts'
import { RuntimeFactsError, refusalOf } from './runtime-facts-errors.ts'

export interface EventBatchDeps {
  readonly staging: Pick<Staging, 'writer'>
  readonly limits: { readonly maxSymbols: number }
}

/** The events of one request while they are read: summed, spooled, and the bad ones noted. Disposing leaves no file. */
export class EventBatch implements AsyncDisposable {
  readonly hits: HitAggregate
  readonly provenance = new FeedBuilder()
  readonly refused = new RefusedLines()
  readonly #spool: EventSpool
  #accepted = 0
  #isEachTimed = true
  #isEachInContainer = true
  #source: string | undefined

  constructor({ staging, limits }: EventBatchDeps) {
    this.hits = new HitAggregate(limits)
    this.#spool = new EventSpool(staging)
  }

  get accepted(): number {
    return this.#accepted
  }

  /** Whether its content can tell a repeat from a second observation of the same (contracts, 1). */
  get isEachTimed(): boolean {
    return this.#isEachTimed
  }

  get isEachInContainer(): boolean {
    return this.#isEachInContainer
  }

  /** The ordinally smallest source that an event's metadata names. */
  get source(): string | undefined {
    return this.#source
  }

  async add(read: readonly ReadEvent[]): Promise<void> {
    const kept: KeptEvent[] = []
    for (const found of read) {
      if ('event' in found) kept.push(found)
      else this.refused.add(found.violation, found.text)
    }
    for (const { event } of kept) this.#accept(event)
    await this.#spool.append(kept)
  }

  /** An empty request, one without a single good event, and, when strict, one with a single bad event are refused whole. */
  requireKept({ isStrict }: { readonly isStrict: boolean }): void {
    const { total, violations } = this.refused
    if (this.#accepted === 0 && total === 0) {
      throw new RuntimeFactsError('RUNTIME_FACTS_EMPTY', 'runtime fact stream was empty')
    }
    if (this.#accepted === 0 || (isStrict && total > 0)) throw refusalOf(violations)
  }

  async finishEvents(): Promise<Uint8Array | StagedBlob> {
    return await this.#spool.finish()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spool[Symbol.asyncDispose]()
  }

  #accept(event: RuntimeEvent): void {
    this.#accepted += 1
    this.hits.add(event)
    this.provenance.add(event)
    if (event.observedAt === undefined) this.#isEachTimed = false
    if (event.containerId === undefined) this.#isEachInContainer = false
    const source = event.metadata?.[sourceKey]
    if (source !== undefined && (this.#source === undefined || source < this.#source)) this.#source = source
  }
}
