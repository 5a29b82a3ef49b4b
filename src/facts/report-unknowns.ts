import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import { type AcknowledgeEvidenceDeps, acknowledgeEvidence } from '../evidence/acknowledge-evidence.ts'
import type { Admission } from '../evidence/admission.ts'
import type { UnknownsEvidence } from '../evidence/evidence.ts'
import type { Acknowledgement } from '../evidence/idempotency.ts'
import { sha256Of } from '../identifiers/digest.ts'
import { identifySubject } from '../identifiers/subject.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { requireCallgraphs } from './recompute.ts'
import { reportedUnknown, unknownKeyOf } from './unknown.ts'
import type { UnknownsBody } from './unknowns-document.ts'

export interface ReportUnknownsDeps extends AcknowledgeEvidenceDeps, Pick<Admission, 'requireRoom'> {
  readonly callgraphs: Pick<CallgraphRepository, 'find'>
  readonly onUnknownsReported: (reported: ReportedUnknowns) => void
}

/** What the log tells of a report once it is durable. */
export interface ReportedUnknowns {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly callgraphId: string
  readonly receiptId: unknown
  readonly unknowns: number
}

export interface ReportUnknownsRequest {
  readonly tenant: Tenant
  readonly body: UnknownsBody
  /** Who reports: a post replaces what its source reported for the subject before. */
  readonly source: string
  readonly idempotencyKey: string | undefined
  readonly bodyDigest: string
}

const scope = 'POST /signals/unknowns'

/** Keeps what an analyser or a person could not resolve, as data, through the one queue of evidence. */
export async function reportUnknowns(
  deps: ReportUnknownsDeps,
  request: ReportUnknownsRequest,
): Promise<Acknowledgement> {
  const { tenant, body, source, bodyDigest } = request
  const { callgraphId, unknowns } = body
  const payload: UnknownsEvidence = { kind: 'unknowns', callgraphId, source, unknowns: unknowns.map(withoutAbsent) }
  const fingerprint = sha256Of(canonicalJson({ bodyDigest, source }))
  const answer = { callgraphId, source, unknowns: distinctOf(payload) }
  const identified = identifySubject(body.subject)
  const posted = { ...request, ...identified, scope, fingerprint, payload, answer }
  const { subjectKey, aliases } = identified
  const acknowledged = await acknowledgeEvidence(deps, posted, async () => {
    await requireCallgraphs(deps, tenant, [callgraphId])
    const [callgraphs, names] = [
      { list: 'callgraphs', names: [callgraphId] } as const,
      { list: 'aliases', names: aliases } as const,
    ]
    await deps.requireRoom({ tenant, subjectKey }, callgraphs, names)
  })
  if (!acknowledged.isReplay) {
    const { receiptId } = acknowledged.answer
    deps.onUnknownsReported({
      tenant,
      subjectKey,
      callgraphId,
      receiptId,
      unknowns: answer.unknowns,
    })
  }
  return acknowledged
}

type PostedUnknown = UnknownsBody['unknowns'][number]

function withoutAbsent(posted: PostedUnknown): UnknownsEvidence['unknowns'][number] {
  return Object.fromEntries(Object.entries(posted).filter(([, value]) => value !== undefined))
}

function distinctOf({ source, unknowns }: UnknownsEvidence): number {
  const keys = unknowns.map((posted) => reportedUnknown(source, posted)).filter((unknown) => unknown !== undefined)
  return new Set(keys.map(unknownKeyOf)).size
}
