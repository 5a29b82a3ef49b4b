import type { Tenant } from '../identifiers/tenant.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { keptContent, keysOf } from './kept-content.ts'

export interface ContentToRemove {
  readonly tenant: Tenant
  /** What nothing else can name goes at once. */
  readonly own: ReadonlySet<string>
  readonly shareable: ReadonlySet<string>
}

/**
 * Removes content whose rows are gone, and gives what has to stay for now. Whoever puts content names it by a row a little
 * later, so what was put lately stays until that is sure, also when no row names it.
 */
export async function removeContent(
  deps: ErasureDeps,
  { tenant, own, shareable }: ContentToRemove,
): Promise<readonly string[]> {
  for (const key of keysOf(tenant, own)) await deps.cas.remove(key)
  const kept = await keptContent(deps, { tenant }, shareable)
  const youngestMs = deps.clock() - deps.contentGraceMs
  const left: string[] = []
  for (const uri of shareable) {
    if (kept.has(uri) || own.has(uri)) continue
    if (!(await removeOld(deps, { tenant, uri, youngestMs }))) left.push(uri)
  }
  return left
}

async function removeOld(
  { cas }: ErasureDeps,
  { tenant, uri, youngestMs }: { readonly tenant: Tenant; readonly uri: string; readonly youngestMs: number },
): Promise<boolean> {
  const [key] = keysOf(tenant, [uri])
  const described = key && (await cas.describe(key))
  if (!key || !described) return true
  if (described.lastPutMs > youngestMs) return false
  await cas.remove(key)
  return true
}
