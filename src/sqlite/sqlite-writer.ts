import { Worker } from 'node:worker_threads'
import type { UnitOutcome } from './group-commit.ts'
import { type StoreFailure, storeErrorOf } from './store-errors.ts'
import type { SqlValue, WriteOutcome, WriteUnit } from './write-unit.ts'
import type { WriterReply, WriterRequest } from './writer-messages.ts'

interface Waiting {
  readonly resolve: (outcome: WriteOutcome) => void
  readonly reject: (error: Error) => void
}

const threadFile = import.meta.url.endsWith('.ts') ? './writer-thread.ts' : './writer-thread.js'

/** The main thread's end of the one connection that writes; the event loop never waits for the disk. */
export class SqliteWriter {
  readonly #path: string
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #hasEnded: Promise<void> = Promise.resolve()
  #lastId = 0
  #isClosed = false
  #stats = { commits: 0, units: 0 }

  constructor(path: string) {
    this.#path = path
  }

  /** How many units were written in how many transactions. */
  get stats(): { readonly commits: number; readonly units: number } {
    return this.#stats
  }

  /** Durable when it resolves with `committed`; what it rejects with was not written, unless the thread itself died. */
  write(unit: WriteUnit): Promise<WriteOutcome> {
    if (this.#isClosed) return Promise.reject(storeErrorOf(unavailable('the store is closed')))
    const thread = this.#thread ?? this.#start()
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      thread.postMessage({ kind: 'write', id, unit: detached(unit) } satisfies WriterRequest)
      this.#waiting.set(id, { resolve, reject })
    })
  }

  /** Writes what waits, then ends the thread. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#thread?.postMessage({ kind: 'close' } satisfies WriterRequest)
    await this.#hasEnded
  }

  /** A thread that died (out of memory, say) is replaced at the next write. */
  #start(): Worker {
    const thread = new Worker(new URL(threadFile, import.meta.url), { workerData: this.#path })
    let reason = 'the writer ended'
    thread.on('message', (reply: WriterReply) => this.#settle(reply))
    thread.on('error', (error) => {
      reason = String(error)
    })
    this.#hasEnded = new Promise((resolve) => {
      thread.once('exit', () => {
        this.#thread = undefined
        this.#rejectAll(unavailable(reason))
        resolve()
      })
    })
    this.#thread = thread
    return thread
  }

  #settle({ outcomes }: WriterReply): void {
    this.#stats = { commits: this.#stats.commits + 1, units: this.#stats.units + outcomes.length }
    for (const { id, outcome } of outcomes) {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (waiting) settleOne(waiting, outcome)
    }
  }

  #rejectAll(failure: StoreFailure): void {
    for (const { reject } of this.#waiting.values()) reject(storeErrorOf(failure))
    this.#waiting.clear()
  }
}

function settleOne(waiting: Waiting, outcome: UnitOutcome): void {
  if (outcome.status === 'failed') waiting.reject(storeErrorOf(outcome))
  else waiting.resolve(outcome)
}

function unavailable(message: string): StoreFailure {
  return { status: 'failed', code: 'STORE_UNAVAILABLE', message }
}

function detached(unit: WriteUnit): WriteUnit {
  return {
    statements: unit.statements.map((statement) => ({ ...statement, params: statement.params.map(withoutPool) })),
  }
}

/** A message carries the whole memory behind a view: a small slice of a large buffer is copied out first. */
function withoutPool(value: SqlValue): SqlValue {
  const isSlice = value instanceof Uint8Array && value.byteLength < value.buffer.byteLength
  return isSlice ? Uint8Array.from(value) : value
}
