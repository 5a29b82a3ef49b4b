import { sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { bundleFileKey } from '../union-bundles/store-bundle.ts'
import { checkBlob } from './check-blob.ts'
import { type Finding, finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import { findMissing, type NamingRow } from './named-blobs.ts'

/** A bundle's row: its files, byte for byte, and its graph. One that is not whole was never acknowledged. */
export async function checkBundle(
  { bundles, callgraphs, cas, content }: IntegrityDeps,
  tenant: Tenant,
  analysisId: string,
): Promise<Finding[]> {
  const bundle = await bundles.find(tenant, analysisId)
  if (!bundle?.answer) return []
  const row: NamingRow = { tenant, where: `bundles/${analysisId}` }
  const files = [
    ...bundle.files.map(({ path, sha256 }) => ({ member: path, digest: sha256 })),
    { member: 'meta.json' as const, digest: sha256Of(bundle.meta) },
  ].map(({ member, digest }) => ({ member, digest, key: bundleFileKey(tenant, analysisId, member) }))
  const findings = await findMissing(cas, row, files)
  for (const { key, digest } of files) findings.push(...(await checkBlob(content, key, digest)))
  if (await callgraphs.find(tenant, analysisId)) return findings
  const what = 'its graph has no row'
  return [...findings, finding('dangling-reference', { ...row, what, expected: `callgraphs/${analysisId}` })]
}
