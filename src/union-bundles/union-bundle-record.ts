import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { ListedFileName } from './bundle-file-name.ts'

export interface BundleFile {
  readonly path: ListedFileName
  readonly sha256: Digest
  readonly records: number
  readonly bytes: number
}

/** What the store knows of a bundle. Its id is claimed before anything of it is stored, and its answer comes last. */
export interface UnionBundleRecord {
  readonly tenant: Tenant
  readonly analysisId: string
  /** In order of their paths: what makes two bundles the same. */
  readonly files: readonly BundleFile[]
  /** `meta.json` as it is stored; that of the first to claim the id stays. */
  readonly meta: string
  readonly createdAt: string
  /** What the client was told; absent while a bundle is not whole. */
  readonly answer?: Readonly<Record<string, unknown>>
}
