import type { Tenant } from '../identifiers/tenant.ts'
import type { Evidence, IdempotencyClaim, Receipt } from './evidence.ts'
import { EvidenceError } from './evidence-errors.ts'
import type { EvidenceQueue } from './evidence-queue.ts'

/** Which kind of key a batch was claimed with; told to the client. */
export type IdempotencyForm = 'header' | 'content' | 'none'

/** What the client is told: 202 with a new receipt, or 200 with the one that was stored. */
export interface Acknowledgement {
  readonly isReplay: boolean
  readonly answer: Readonly<Record<string, unknown>>
}

/** Requests of this process that hold a key now. Other replicas are caught by the append, which claims the key for good. */
export class IdempotencyGate {
  readonly #held = new Set<string>()

  /** Holds a key until disposed; `IN_PROGRESS` while another request holds it. */
  hold(tenant: Tenant, scope: string, key: string): Disposable {
    const held = JSON.stringify([tenant, scope, key])
    if (this.#held.has(held)) {
      throw new EvidenceError('IN_PROGRESS', 'the first request with this idempotency key is still running', {
        retryAfterSeconds: 1,
      })
    }
    this.#held.add(held)
    return { [Symbol.dispose]: () => void this.#held.delete(held) }
  }
}

/** The stored key of an `Idempotency-Key` header. The prefix keeps clients' keys and content keys apart. */
export function headerKey(key: string): string {
  return `header:${key}`
}

export function contentKey(digest: string): string {
  return `content:${digest}`
}

/**
 * Answers a repeat with the receipt that was stored, and otherwise appends what `prepare` makes. Two replicas that both
 * get past the first look are told apart by the append: one is stored, the other is answered as its repeat.
 */
export async function replayOrAppend(
  deps: { readonly queue: Pick<EvidenceQueue, 'append' | 'findClaim'> },
  request: { readonly tenant: Tenant; readonly claim: IdempotencyClaim | undefined },
  prepare: () => Promise<Evidence>,
): Promise<Acknowledgement> {
  const { tenant, claim } = request
  const claimed = claim && (await deps.queue.findClaim(tenant, claim.scope, claim.key))
  if (claim && claimed) return replay(claim, claimed)
  const evidence = await prepare()
  const outcome = await deps.queue.append(evidence)
  if (outcome.status === 'appended') return { isReplay: false, answer: evidence.receipt.answer }
  return replay(claim, outcome)
}

function replay(
  claim: IdempotencyClaim | undefined,
  claimed: { readonly fingerprint: string; readonly receipt: Receipt },
): Acknowledgement {
  if (claimed.fingerprint !== claim?.fingerprint) {
    throw new EvidenceError('IDEMPOTENCY_KEY_REUSED', 'this idempotency key was used for a request with other content')
  }
  const { answer } = claimed.receipt
  return { isReplay: true, answer: 'accepted' in answer ? { ...answer, duplicate: answer['accepted'] } : answer }
}
