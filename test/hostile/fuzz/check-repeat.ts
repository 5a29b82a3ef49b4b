import type { Flaw } from './finding.ts'
import type { MadeRequest } from './make-request.ts'
import type { Outcome } from './send-request.ts'

/** Whether the same request, sent once more, has to be known by its key: it was acknowledged with a receipt. */
export function isBoundToKey({ headers, body }: MadeRequest, outcome: Outcome): boolean {
  const isKeyed = headers.filter(([name]) => name === 'idempotency-key').length === 1
  if (!isKeyed || body?.framing === 'cut-short' || outcome.kind !== 'answer') return false
  return outcome.answer.status === 202 && receiptOf(outcome) !== undefined
}

/** A repeat is answered with the receipt of the first, and says that it is one. */
export function checkRepeat({ method }: MadeRequest, first: Outcome, second: Outcome): Flaw[] {
  if (second.kind !== 'answer') return []
  const { status, headers } = second.answer
  const isReplay = status === 200 && headers['idempotent-replay'] === 'true'
  if (isReplay && receiptOf(first) === receiptOf(second)) return []
  return [
    {
      kind: 'counted-twice',
      what: `${method} again under its key answered ${status}`,
      detail: String(receiptOf(first)),
    },
  ]
}

function receiptOf(outcome: Outcome): string | undefined {
  if (outcome.kind !== 'answer') return undefined
  return /"receiptId":"([^"]+)"/.exec(outcome.answer.body.toString())?.[1]
}
