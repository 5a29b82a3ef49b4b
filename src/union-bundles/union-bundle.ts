import { readFile } from 'node:fs/promises'
import { ServiceError } from '../errors.ts'
import { type IdentifiedSubject, identifySubject } from '../identifiers/subject.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { analysisIdOf, checkAnalysisId } from './analysis-id.ts'
import { bundleFileNamed, isListed } from './bundle-file-name.ts'
import { type BundleMeta, canonicalMeta, type ListedFile, parseMeta } from './bundle-meta.ts'
import type { BundleFiles } from './read-bundle.ts'
import { refusedFile, UnionBundleError } from './union-bundle-errors.ts'
import type { BundleFile } from './union-bundle-record.ts'
import { verifyManifest } from './verify-manifest.ts'

export interface MetaLimits {
  readonly maxMetaBytes: number
  readonly maxDepth: number
}

/** A bundle whose files are what it says they are, and what it is about. */
export interface UnionBundle {
  readonly tenant: Tenant
  readonly analysisId: string
  readonly meta: BundleMeta
  readonly files: readonly BundleFile[]
  /** Absent when nothing of it is about anyone: it names no subject, and nothing was observed. */
  readonly subject?: IdentifiedSubject
}

export interface NamedBundle {
  readonly tenant: Tenant
  /** By a header, which wins over what the bundle says. */
  readonly analysisId: string | undefined
  readonly files: BundleFiles
}

/** What was extracted, held against its `meta.json`. */
export async function settleBundle(limits: MetaLimits, named: NamedBundle): Promise<UnionBundle> {
  const { tenant, files } = named
  const meta = parseMeta(await readMeta(files, limits), limits)
  const listed = verifyManifest(files, meta)
  const analysisId = named.analysisId ?? (meta.analysis_id ? checkAnalysisId(meta.analysis_id) : analysisIdOf(listed))
  return withMeta({ tenant, analysisId, files: describe(files, listed) }, meta)
}

/** The same files under what another `meta.json` says of them. */
export function withMeta(bundle: Pick<UnionBundle, 'tenant' | 'analysisId' | 'files'>, meta: BundleMeta): UnionBundle {
  const { tenant, analysisId, files } = bundle
  const subject = subjectOf(meta, bundle)
  return { tenant, analysisId, files, meta, ...(subject && { subject }) }
}

export function storedMeta({ meta, analysisId }: UnionBundle): string {
  return canonicalMeta(meta, analysisId)
}

async function readMeta(files: BundleFiles, { maxMetaBytes }: MetaLimits): Promise<Buffer> {
  const file = files.get('meta.json')
  if (!file) throw new UnionBundleError('UNION_META_MISSING', 'there is no meta.json in the archive')
  if (file.blob.contentLength <= maxMetaBytes) return await readFile(file.blob.path)
  throw refusedFile('meta.json', 'UNION_META_TOO_LARGE', `has more than ${maxMetaBytes} bytes`)
}

function describe(files: BundleFiles, listed: readonly ListedFile[]): BundleFile[] {
  return listed.flatMap(({ path, sha256, records }) => {
    const name = bundleFileNamed(path)
    const bytes = name && files.get(name)?.blob.contentLength
    return name && isListed(name) && bytes !== undefined ? [{ path: name, sha256, records, bytes }] : []
  })
}

function subjectOf(
  { subject }: BundleMeta,
  { analysisId, files }: Pick<UnionBundle, 'analysisId' | 'files'>,
): IdentifiedSubject | undefined {
  if (!subject) return observationsOf(files) ? identifySubject({ scanId: analysisId }) : undefined
  const { scanId, imageDigest, component, version } = subject
  try {
    return identifySubject({
      scanId: scanId ?? undefined,
      imageDigest: imageDigest ?? undefined,
      component: component ?? undefined,
      version: version ?? undefined,
    })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const { violations } = error
    throw refusedFile('meta.json', 'UNION_META_INVALID', error.message, { cause: error, violations })
  }
}

/** Runtime facts that there are; an empty file says nothing. */
export function observationsOf(files: readonly BundleFile[]): BundleFile | undefined {
  return files.find(({ path, records }) => path === 'facts_runtime.ndjson' && records > 0)
}
