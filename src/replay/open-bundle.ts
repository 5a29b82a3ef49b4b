import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { readArchive } from '../cas/archive.ts'
import { CasError } from '../cas/cas-errors.ts'
import type { CasObject } from '../cas/cas-store.ts'
import { readContent } from '../cas/read-stored.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import { isBundleName } from './bundle-files.ts'
import { ReplayError } from './replay-errors.ts'

export interface BundleLimits {
  readonly maxEntries: number
  /** Of the archive, decompressed. */
  readonly maxBytes: number
}

/** A bundle's files, each in a temporary file of its own; disposing leaves none. */
export class OpenedBundle implements AsyncDisposable {
  readonly #files = new Map<string, StagedBlob>()

  add(name: string, blob: StagedBlob): void {
    this.#files.set(name, blob)
  }

  get names(): string[] {
    return [...this.#files.keys()]
  }

  find(name: string): StagedBlob | undefined {
    return this.#files.get(name)
  }

  async read(name: string): Promise<Buffer> {
    return await readFile(this.#fileOf(name).path)
  }

  stream(name: string): AsyncIterable<Buffer> {
    return createReadStream(this.#fileOf(name).path, { highWaterMark: 256 * 1024 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#files.values()].map((blob) => blob.discard()))
    this.#files.clear()
  }

  #fileOf(name: string): StagedBlob {
    const blob = this.#files.get(name)
    if (!blob) throw new ReplayError('REPLAY_BUNDLE_INVALID', `the bundle has no ${name}`)
    return blob
  }
}

/** Takes a bundle apart as if its author were hostile. Whoever opens it disposes it. */
export async function openBundle(staging: Staging, object: CasObject, limits: BundleLimits): Promise<OpenedBundle> {
  const bundle = new OpenedBundle()
  try {
    for await (const { name, content } of readArchive(readContent(object, { encoding: 'zstd' }), limits)) {
      if (!isBundleName(name)) throw invalid(`the archive has a file ${name}, which no bundle has`)
      bundle.add(name, await staging.stage(content, 'identity'))
    }
    return bundle
  } catch (error) {
    const last = bundle.names.at(-1)
    await bundle[Symbol.asyncDispose]()
    throw error instanceof CasError && error.code === 'CAS_CORRUPT' ? broken(error, last) : error
  }
}

function broken(cause: CasError, last: string | undefined): ReplayError {
  const place = last === undefined ? 'at its first file' : `at ${last} or behind it`
  return invalid(`the bundle is altered or broken ${place}: ${cause.message}`, cause)
}

function invalid(message: string, cause?: unknown): ReplayError {
  return new ReplayError('REPLAY_BUNDLE_INVALID', message, cause === undefined ? {} : { cause })
}
