import type { IdentifiedSubject } from '../identifiers/subject.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import type { Admission } from './admission.ts'
import type { Evidence, EvidencePayload, IdempotencyClaim } from './evidence.ts'
import type { EvidenceQueue, PendingSubject } from './evidence-queue.ts'
import { type Acknowledgement, headerKey, type IdempotencyGate, replayOrAppend } from './idempotency.ts'

export interface AcknowledgeEvidenceDeps extends Pick<Admission, 'admitFold'> {
  readonly queue: Pick<EvidenceQueue, 'append' | 'findClaim'>
  readonly gate: IdempotencyGate
  /** Told once the evidence is durable. */
  readonly onAppended: (subject: PendingSubject) => void
  readonly failPoints: FailPoints
  readonly clock: Clock
  readonly newId: () => string
}

/** A small post, checked, that only has to be kept and folded. */
export interface PostedEvidence extends IdentifiedSubject {
  readonly tenant: Tenant
  /** Method, route pattern and path parameters: where a key is unique. */
  readonly scope: string
  readonly idempotencyKey: string | undefined
  /** What must be equal for a repeat to be a repeat. */
  readonly fingerprint: string
  readonly payload: EvidencePayload
  /** Members of the answer besides `receiptId` and `subjectKey`. */
  readonly answer: Readonly<Record<string, unknown>>
}

/** Makes a post durable, once, and only then asks for a fold. `check` may refuse it; a repeat is not checked again. */
export async function acknowledgeEvidence(
  deps: AcknowledgeEvidenceDeps,
  posted: PostedEvidence,
  check: () => Promise<void>,
): Promise<Acknowledgement> {
  deps.admitFold()
  const { tenant, subjectKey } = posted
  const claim = claimOf(posted)
  using _held = claim && deps.gate.hold(tenant, claim.scope, claim.key)
  const acknowledged = await replayOrAppend(deps, { tenant, claim }, async () => {
    await check()
    return evidenceOf(deps, posted, claim)
  })
  if (!acknowledged.isReplay) {
    deps.failPoints.reach('after-append')
    deps.onAppended({ tenant, subjectKey })
  }
  return acknowledged
}

function claimOf({ scope, idempotencyKey, fingerprint }: PostedEvidence): IdempotencyClaim | undefined {
  return idempotencyKey === undefined ? undefined : { scope, key: headerKey(idempotencyKey), fingerprint }
}

function evidenceOf(
  deps: AcknowledgeEvidenceDeps,
  { tenant, subject, subjectKey, aliases, payload, answer }: PostedEvidence,
  claim: IdempotencyClaim | undefined,
): Evidence {
  const id = deps.newId()
  return {
    id,
    tenant,
    subject,
    subjectKey,
    aliases,
    receivedAt: timestampOf(deps.clock()),
    ...(claim && { idempotency: claim }),
    payload,
    receipt: {
      receiptId: id,
      kind: payload.kind,
      answer: { receiptId: id, subjectKey, ...answer },
      refused: [],
      refusedTotal: 0,
    },
  }
}
