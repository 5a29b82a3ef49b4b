import { setTimeout as pause } from 'node:timers/promises'
import { backoffMs } from '../../src/lib/backoff.ts'
import type { AcknowledgementLog } from './acknowledgement-log.ts'
import { type BatchRequest, requestOf } from './batch-request.ts'
import type { PlannedBatch } from './planned-batches.ts'

export interface ChaosClientDeps {
  /** Where replicas listen, or listened before they died. */
  readonly urls: () => readonly string[]
  /** Whether the replica there was to die: any other that does not answer has broken its word. */
  readonly mayEnd: (url: string) => boolean
  readonly callgraphIds: readonly string[]
  readonly log: AcknowledgementLog
}

/** Worth another try with the same key. Whatever else is not a 2xx should never have been answered. */
const retryable = new Set([429, 502, 503, 504])
const backoff = { baseMs: 20, maxMs: 1_000 }
const answerWithinMs = 30_000

/** Goes round the replicas, and sends each batch under its key until it is acknowledged. */
export class ChaosClient {
  readonly #deps: ChaosClientDeps
  #requests = 0

  constructor(deps: ChaosClientDeps) {
    this.#deps = deps
  }

  async deliver(batch: PlannedBatch): Promise<void> {
    for (let attempt = 1; !(await this.#send(batch)); attempt += 1) await pause(backoffMs(backoff, attempt))
  }

  /** Whether it was acknowledged. */
  async #send(batch: PlannedBatch): Promise<boolean> {
    const { log, callgraphIds } = this.#deps
    const url = this.#nextUrl()
    const answer = await answerTo(url, requestOf(batch, callgraphIds))
    if (!answer) return this.#refuseUnanswered(url, batch)
    const { status, receiptId, code } = answer
    if ((status === 202 || status === 200) && typeof receiptId === 'string') {
      log.acknowledge(batch, receiptId)
      return true
    }
    const what = `${status} ${String(code)}`
    if (!retryable.has(status) && what !== '409 IN_PROGRESS') log.unexpected.push(`${what} to ${batch.key}`)
    log.refuse(what)
    return false
  }

  /** It may have been taken or not: only its repeat tells. */
  #refuseUnanswered(url: string, { key }: PlannedBatch): false {
    const { log, mayEnd } = this.#deps
    if (!mayEnd(url)) log.unexpected.push(`none to ${key} by a replica that lives`)
    log.refuse('connection cut')
    return false
  }

  #nextUrl(): string {
    const urls = this.#deps.urls()
    this.#requests += 1
    return urls[this.#requests % urls.length] ?? ''
  }
}

/** Undefined when the connection ended, or time did, before the whole answer was there. */
async function answerTo(url: string, { path, ...request }: BatchRequest): Promise<Answer | undefined> {
  try {
    const signal = AbortSignal.timeout(answerWithinMs)
    const response = await fetch(`${url}${path}`, { method: 'POST', ...request, signal })
    return { ...((await response.json()) as object), status: response.status }
  } catch {
    return undefined
  }
}

interface Answer {
  readonly status: number
  readonly receiptId?: unknown
  readonly code?: unknown
}
