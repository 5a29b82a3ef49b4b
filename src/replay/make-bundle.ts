import { type ArchiveEntry, stageArchive } from '../cas/archive.ts'
import { CasError } from '../cas/cas-errors.ts'
import { digestOfKey } from '../cas/cas-key.ts'
import type { CasKey } from '../cas/cas-store.ts'
import { blobKey, parseCasUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { FactRow } from '../facts/fact-row.ts'
import type { KnownVersion } from '../facts/find-version.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { evidenceName, graphName, manifestName, traceName } from './bundle-files.ts'
import { type MadeManifest, type MakeManifestDeps, makeManifest } from './make-manifest.ts'
import { manifestBytes, type ReplayManifest } from './replay-manifest.ts'

export interface MakeBundleDeps extends MakeManifestDeps {
  readonly content: Content
}

export interface MadeBundle {
  readonly manifest: ReplayManifest
  readonly blob: StagedBlob
}

/** One archive with a fact and all that it was made of; whoever asks discards it. What the store has lost is left out, and the manifest still names it. */
export async function makeBundle(deps: MakeBundleDeps, row: FactRow, fact: KnownVersion): Promise<MadeBundle> {
  const made = await makeManifest(deps, row, fact)
  const staged: StagedBlob[] = []
  try {
    const entries: ArchiveEntry[] = [
      { name: evidenceName, content: made.evidence },
      { name: manifestName, content: manifestBytes(made.manifest) },
    ]
    const keys = keysOf(row.tenant, made)
    for (const { name, digest } of made.manifest.files) {
      if (name === evidenceName) continue
      const key = keys.get(name) ?? blobKey(row.tenant, 'reachability_facts', digest, '.json.zst')
      const blob = await stageStored(deps, key)
      if (!blob) continue
      staged.push(blob)
      entries.push({ name, content: blob })
    }
    return { manifest: made.manifest, blob: await stageArchive(deps.content.staging, entries) }
  } finally {
    await Promise.all(staged.map((blob) => blob.discard()))
  }
}

/** Where archives rest; all else of a bundle is a blob of the fact. */
function keysOf(tenant: Tenant, { inputs }: MadeManifest): ReadonlyMap<string, CasKey> {
  const keys = new Map<string, CasKey>()
  for (const { trace } of inputs.evidence) if (trace) keys.set(traceName(trace.digest), trace.key)
  for (const { record } of inputs.graphs) {
    const key = record && parseCasUri(tenant, record.casUri)
    const digest = key && digestOfKey(key)
    if (key && digest) keys.set(graphName(digest), key)
  }
  return keys
}

async function stageStored({ content }: MakeBundleDeps, key: CasKey): Promise<StagedBlob | undefined> {
  try {
    return await content.staging.stage(content.readStream(key), 'identity')
  } catch (error) {
    if (error instanceof CasError && ['CAS_NOT_FOUND', 'CAS_CORRUPT'].includes(error.code)) return undefined
    throw error
  }
}
