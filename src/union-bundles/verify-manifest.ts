import { bundleFileNamed, isListed, requiredFileNames } from './bundle-file-name.ts'
import { type BundleMeta, type ListedFile, listedFilesOf } from './bundle-meta.ts'
import type { BundleFiles } from './read-bundle.ts'
import { refusedFile } from './union-bundle-errors.ts'

/** Every file is listed, every listed file is there, and each is what the list says; else nothing of the bundle is kept. */
export function verifyManifest(files: BundleFiles, meta: BundleMeta): ListedFile[] {
  const listed = listedFilesOf(meta)
  requireListedOnce(listed)
  for (const name of files.names.filter(isListed)) {
    if (!listed.some(({ path }) => path === name)) throw refusedFile(name, 'UNION_FILE_UNLISTED', 'is not listed')
  }
  for (const name of requiredFileNames) {
    if (!files.get(name)) throw refusedFile(name, 'UNION_FILE_MISSING', 'is not in the archive')
  }
  for (const file of listed) verifyFile(files, file)
  return listed
}

function requireListedOnce(listed: readonly ListedFile[]): void {
  for (const [position, { path }] of listed.entries()) {
    const isRepeated = listed[position - 1]?.path === path
    if (!isRepeated && path !== 'meta.json') continue
    const message = isRepeated ? `lists ${path.slice(0, 64)} twice` : 'lists itself'
    throw refusedFile('meta.json', 'UNION_META_INVALID', message)
  }
}

function verifyFile(files: BundleFiles, { path, sha256, records }: ListedFile): void {
  const name = bundleFileNamed(path)
  const file = name && files.get(name)
  if (!file) throw refusedFile(path.slice(0, 64), 'UNION_FILE_MISSING', 'is listed, but not in the archive')
  if (file.blob.digest !== sha256) {
    throw refusedFile(path, 'UNION_DIGEST_MISMATCH', `has digest ${file.blob.digest}, and is listed with ${sha256}`)
  }
  if (file.records !== records) {
    throw refusedFile(path, 'UNION_RECORDS_MISMATCH', `has ${file.records} records, and is listed with ${records}`)
  }
}
