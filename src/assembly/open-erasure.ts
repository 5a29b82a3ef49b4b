import type { Context } from '../context.ts'
import type { ErasureDeps } from '../erasure/erasure-deps.ts'
import { systemTimer } from '../lib/timer.ts'

/** Renewed while an erasure runs: whose process died holds its subject up for no longer. */
const leaseMs = 5_000

/** What an erasure works on: every store, and who has to hear of it. */
export function openErasure({ config, stores, cacheAndBus, folding, business, clock, newId }: Context): ErasureDeps {
  return {
    ...stores,
    markCache: (saved) => cacheAndBus.factCache.mark(saved),
    requestFold: (subject) => folding.request(subject),
    onErased: ({ tenant, subjectKey, id: erasureId, version, counts }) =>
      business.erased({ tenant, subjectKey, erasureId, version, evidence: counts.evidence, content: counts.content }),
    clock,
    timer: systemTimer,
    newId,
    limits: { leaseMs },
    contentGraceMs: config.erasure.contentGraceMs,
  }
}
