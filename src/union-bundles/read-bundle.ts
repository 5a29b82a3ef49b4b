import { openPromise, type ZipFile } from 'yauzl'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import type { BundleFileName } from './bundle-file-name.ts'
import { checkArchiveFrame } from './check-archive-frame.ts'
import { type ExtractedFile, extractEntry } from './extract-entry.ts'
import { type ArchiveLimits, type BundleEntry, listEntries } from './list-entries.ts'

/** The files of a bundle, each staged apart. Disposing leaves none of them. */
export class BundleFiles implements AsyncDisposable {
  readonly #files = new Map<BundleFileName, ExtractedFile>()

  add(name: BundleFileName, file: ExtractedFile): void {
    this.#files.set(name, file)
  }

  get(name: BundleFileName): ExtractedFile | undefined {
    return this.#files.get(name)
  }

  get names(): readonly BundleFileName[] {
    return [...this.#files.keys()].sort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#files.values()].map(({ blob }) => blob.discard()))
  }
}

/** Takes a staged archive apart as if its author were hostile: all of it is sound, or nothing of it is kept. */
export async function readBundle(
  deps: { readonly staging: Staging; readonly limits: ArchiveLimits },
  archive: StagedBlob,
): Promise<BundleFiles> {
  const frame = await checkArchiveFrame(archive)
  const zip = await openArchive(archive)
  try {
    return await extractAll(deps.staging, zip, await listEntries(zip, frame, deps.limits))
  } finally {
    zip.close()
  }
}

async function openArchive({ path }: StagedBlob): Promise<ZipFile> {
  // Names are compared as the bytes that they are, and sizes are counted: see `check-entry-name.ts` and `extract-entry.ts`.
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false, validateEntrySizes: false })
  return zip.on('error', () => undefined)
}

async function extractAll(staging: Staging, zip: ZipFile, entries: readonly BundleEntry[]): Promise<BundleFiles> {
  const files = new BundleFiles()
  try {
    for (const listed of entries) files.add(listed.name, await extractEntry(staging, zip, listed))
    return files
  } catch (error) {
    await files[Symbol.asyncDispose]()
    throw error
  }
}
