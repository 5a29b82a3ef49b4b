import type { FastifyReply, FastifyRequest } from 'fastify'
import { preferenceApplied, preferredWait } from './prefer.ts'

/** A request that was made durable, and what its client is told; a repeat is told what was stored. */
export interface Acknowledged<Receipt extends object> {
  readonly isReplay: boolean
  readonly receipt: Receipt
  /** What came of it, if that is known within so many seconds. */
  readonly waitForFact: (seconds: number) => Promise<object | undefined>
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** 202 with the receipt, 200 for a repeat, and with `Prefer: wait` the fact when it comes in time (contracts, 1). */
export async function sendAcknowledged<Receipt extends object>(
  { request, reply }: Exchange,
  { isReplay, receipt, waitForFact }: Acknowledged<Receipt>,
): Promise<FastifyReply> {
  if (isReplay) return reply.code(200).header('idempotent-replay', 'true').send(receipt)
  const waitSeconds = preferredWait(request.headers)
  if (waitSeconds === undefined) return reply.code(202).send(receipt)
  const fact = await waitForFact(waitSeconds).catch((error: unknown) => {
    // What is durable stays acknowledged: a refusal now would have it sent, and without a key counted, again.
    request.log.warn({ err: error }, 'the fact could not be waited for')
    return undefined
  })
  reply.header('preference-applied', preferenceApplied(waitSeconds, fact !== undefined))
  return reply.code(202).send({ ...receipt, ...(fact && { fact }) })
}
