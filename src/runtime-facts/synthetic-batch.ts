import { z } from 'zod'
import type { Acknowledgement } from '../evidence/idempotency.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type AcknowledgeBatchDeps, acknowledgeBatch } from './acknowledge-batch.ts'
import { type BatchEnvelope, settleEnvelope } from './batch-envelope.ts'
import { checkEvent } from './check-event.ts'
import { EventBatch } from './event-batch.ts'
import { RuntimeFactsError } from './runtime-facts-errors.ts'

const part = z.string().max(4096).optional()

export const SyntheticBody = z.strictObject({
  subject: z.strictObject({ scanId: part, imageDigest: part, component: part, version: part }),
  callgraphId: z.string().max(4096),
  symbols: z.int().min(1).max(100).default(10).describe('how many symbols of the graph were "seen"'),
})

export interface SyntheticBatchDeps extends AcknowledgeBatchDeps {
  /** The first symbols that a run would meet; undefined when there is no such graph. */
  readonly sampleSymbols: (tenant: Tenant, callgraphId: string, count: number) => Promise<string[] | undefined>
}

export interface SyntheticRequest {
  readonly tenant: Tenant
  readonly body: z.infer<typeof SyntheticBody>
  readonly idempotencyKey: string | undefined
  readonly agentInstance: string | undefined
  readonly correlationId: string
  readonly bodyDigest: Digest
}

const scope = 'POST /signals/runtime-facts/synthetic'

/** A batch made up from a stored graph, always the same for the same graph: what a smoke test posts instead of an observer. */
export async function ingestSyntheticFacts(
  deps: SyntheticBatchDeps,
  request: SyntheticRequest,
): Promise<Acknowledgement> {
  const { tenant, body } = request
  const envelope = settleEnvelope({ ...body, source: 'synthetic' })
  requireSynthetic(envelope)
  const symbols = (await deps.sampleSymbols(tenant, envelope.callgraphId, body.symbols)) ?? []
  await using batch = new EventBatch({ staging: deps.content.staging, limits: { maxSymbols: body.symbols } })
  await batch.add(symbols.flatMap(observable))
  return await acknowledgeBatch(deps, { ...request, scope, envelope, batch, isStrict: true, format: 'synthetic' })
}

/** Made-up hits must never be taken for observations of anything real. */
function requireSynthetic({ subjectKey }: BatchEnvelope): void {
  if (subjectKey.startsWith('synthetic:')) return
  const message = 'synthetic facts are only for subjects whose key begins with "synthetic:"'
  throw new RuntimeFactsError('SUBJECT_NOT_SYNTHETIC', message)
}

/** A graph may name what no event can: then nobody could have seen it. */
function observable(symbolId: string, position: number) {
  const checked = checkEvent({ symbolId, hitCount: position + 1 })
  return 'event' in checked ? [checked] : []
}
