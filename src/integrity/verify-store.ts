import type { Tenant } from '../identifiers/tenant.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { type Finding, finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import { type Looked, verifyTenant } from './verify-tenant.ts'

/** A finding as it is told. */
export interface ToldFinding extends Omit<Finding, 'damaged'> {
  readonly isQuarantined?: true
}

export interface VerifyOptions {
  /** Moves what is corrupt aside, so that the right content can be stored again. */
  readonly quarantine: boolean
  readonly onFinding: (told: ToldFinding) => void
}

export interface Verified extends Looked {
  readonly tenants: number
  readonly findings: number
}

/** Looks at everything, tenant by tenant, beside a service that runs or not; tells what is wrong as it is found. */
export async function verifyStore(deps: IntegrityDeps, options: VerifyOptions): Promise<Verified> {
  let findings = 0
  const report = async (found: readonly Finding[]): Promise<void> => {
    findings += found.length
    for (const each of found) options.onFinding(await settled(deps, each, options))
  }
  await report(await leftovers(deps))
  let total: Looked = { blobs: 0, rows: 0, events: 0 }
  const tenants = await allTenants(deps)
  for (const tenant of tenants) total = sum(total, await verifyTenant(deps, tenant, report))
  return { tenants: tenants.length, ...total, findings }
}

/** The finding has been confirmed by a second look. */
async function settled(
  { cas }: IntegrityDeps,
  { damaged, ...told }: Finding,
  { quarantine }: VerifyOptions,
): Promise<ToldFinding> {
  if (!damaged || !quarantine) return told
  await cas.quarantine(damaged)
  return { ...told, isQuarantined: true }
}

async function leftovers({ content }: IntegrityDeps): Promise<Finding[]> {
  const what = 'a process that is dead left it half-written; the next start of a service removes it'
  const names = await content.staging.abandoned()
  return names.map((name) => finding('leftover-file', { where: `staging/${name}`, what }))
}

/** Content is put before rows are, and rows may have lost all their content: neither alone knows everybody. */
async function allTenants({ cas, inventory }: IntegrityDeps): Promise<Tenant[]> {
  const tenants = new Set(await inventory.tenants())
  for await (const tenant of cas.tenants()) tenants.add(tenant)
  return [...tenants].sort(compareOrdinal)
}

function sum(one: Looked, other: Looked): Looked {
  return { blobs: one.blobs + other.blobs, rows: one.rows + other.rows, events: one.events + other.events }
}
