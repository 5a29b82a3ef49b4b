import { CallgraphError } from '../callgraphs/callgraph-errors.ts'
import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import { type AcknowledgeEvidenceDeps, acknowledgeEvidence } from '../evidence/acknowledge-evidence.ts'
import type { AddedNames, Admission } from '../evidence/admission.ts'
import type { RecomputeEvidence } from '../evidence/evidence.ts'
import type { Acknowledgement } from '../evidence/idempotency.ts'
import { type IdentifiedSubject, identifySubject } from '../identifiers/subject.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { RecomputeBody } from './recompute-document.ts'

export interface RecomputeDeps extends AcknowledgeEvidenceDeps, Pick<Admission, 'requireRoom'> {
  readonly callgraphs: Pick<CallgraphRepository, 'find'>
  readonly onRecomputeRequested: (requested: RequestedRecompute) => void
}

/** What the log tells of a recompute once it is durable. */
export interface RequestedRecompute {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly receiptId: unknown
  readonly targets: number
}

export interface RecomputeRequest {
  readonly tenant: Tenant
  readonly body: RecomputeBody
  readonly idempotencyKey: string | undefined
  /** Of the body's bytes. */
  readonly fingerprint: string
}

const scope = 'POST /signals/reachability/recompute'

/** Gives a subject graphs, targets, entry points or blocked edges, through the one queue of evidence. */
export async function requestRecompute(deps: RecomputeDeps, request: RecomputeRequest): Promise<Acknowledgement> {
  const { tenant, body } = request
  const identified = identifySubject(body.subject)
  const payload = recomputeEvidenceOf(body)
  const posted = { ...request, ...identified, scope, payload, answer: answerOf(payload) }
  const acknowledged = await acknowledgeEvidence(deps, posted, async () => {
    await requireCallgraphs(deps, tenant, payload.callgraphIds ?? [])
    await deps.requireRoom({ tenant, subjectKey: identified.subjectKey }, ...addedBy(payload, identified))
  })
  if (!acknowledged.isReplay) {
    const { receiptId } = acknowledged.answer
    const { subjectKey } = identified
    deps.onRecomputeRequested({ tenant, subjectKey, receiptId, targets: (payload.targets ?? []).length })
  }
  return acknowledged
}

function addedBy({ targets = [], callgraphIds = [] }: RecomputeEvidence, { aliases }: IdentifiedSubject): AddedNames[] {
  const names = [
    { list: 'callgraphs', names: callgraphIds },
    { list: 'aliases', names: aliases },
  ] as const
  return targets.length === 0 ? [...names] : [...names, { list: 'targets', count: new Set(targets).size }]
}

function recomputeEvidenceOf(body: RecomputeBody): RecomputeEvidence {
  const { callgraphIds, targets, entryPoints, blockedEdges, metadata } = body
  return {
    kind: 'recompute',
    ...(callgraphIds && { callgraphIds: [...new Set(callgraphIds)].sort() }),
    ...(targets && { targets }),
    ...(entryPoints && { entryPoints }),
    ...(blockedEdges && { blockedEdges }),
    ...(metadata && { metadata }),
  }
}

function answerOf({ callgraphIds, targets, entryPoints, blockedEdges }: RecomputeEvidence): Record<string, unknown> {
  return {
    callgraphIds: callgraphIds ?? [],
    targets: (targets ?? []).length,
    ...(entryPoints && { entryPoints: entryPoints.length }),
    ...(blockedEdges && { blockedEdges: blockedEdges.length }),
  }
}

/** A graph that is still to come would stay unknown to the fact for ever: who names it tries again once it is there. */
export async function requireCallgraphs(
  deps: Pick<RecomputeDeps, 'callgraphs'>,
  tenant: Tenant,
  callgraphIds: readonly string[],
): Promise<void> {
  for (const callgraphId of callgraphIds) {
    if (await deps.callgraphs.find(tenant, callgraphId)) continue
    throw new CallgraphError('CALLGRAPH_NOT_FOUND', `there is no callgraph ${callgraphId}`)
  }
}
