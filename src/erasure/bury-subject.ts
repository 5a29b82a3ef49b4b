import { erasedRow } from '../facts/erased-row.ts'
import type { FactRow } from '../facts/fact-row.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { ErasureError } from './erasure-errors.ts'
import type { ErasurePlan } from './plan-erasure.ts'

/** From here on nobody reads the fact. The relay raises the revision as well, so the row is read again until it is ours. */
export async function buryRow(deps: ErasureDeps, row: FactRow): Promise<void> {
  const buried = erasedRow(row)
  if ((await deps.facts.save(buried)) === 'saved') return await deps.markCache(buried)
  const { tenant, subjectKey } = row
  const again = await deps.facts.find(tenant, subjectKey)
  if (!again || again.version !== row.version) throw busy(subjectKey)
  await buryRow(deps, again)
}

export function planChanged(plan: ErasurePlan): ErasureError {
  return new ErasureError('ERASURE_PLAN_CHANGED', 'what would be erased is not what was confirmed', {
    members: { plan },
  })
}

export function busy(subjectKey: string): ErasureError {
  const detail = `${subjectKey.slice(0, 512)} is being folded or erased`
  return new ErasureError('ERASURE_BUSY', detail, { retryAfterSeconds: 2 })
}
