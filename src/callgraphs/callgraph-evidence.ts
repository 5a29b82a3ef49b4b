import type { Evidence, IdempotencyClaim } from '../evidence/evidence.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { CallgraphUpload } from './callgraph-upload.ts'

export interface AcceptedCallgraph {
  readonly upload: Pick<CallgraphUpload, 'tenant' | 'subject' | 'targets' | 'analysisId'>
  readonly callgraphId: string
  readonly claim: IdempotencyClaim | undefined
  /** Members of the answer; the receipt's id is its own unless they name another. */
  readonly answer: Readonly<Record<string, unknown>>
}

/** A stored graph as evidence with its receipt; without a subject there is nothing to fold. */
export function callgraphEvidence(
  deps: { readonly clock: Clock; readonly newId: () => string },
  { upload, callgraphId, claim, answer }: AcceptedCallgraph,
): Evidence {
  const { tenant, subject, targets, analysisId } = upload
  const receiptId = deps.newId()
  return {
    id: receiptId,
    tenant,
    ...(subject && { subject: subject.subject, subjectKey: subject.subjectKey }),
    aliases: subject?.aliases ?? [],
    receivedAt: timestampOf(deps.clock()),
    ...(claim && { idempotency: claim }),
    payload: { kind: 'callgraph', callgraphId, targets, ...(analysisId !== undefined && { analysisId }) },
    receipt: { receiptId, kind: 'callgraph', answer: { receiptId, ...answer }, refused: [], refusedTotal: 0 },
  }
}
