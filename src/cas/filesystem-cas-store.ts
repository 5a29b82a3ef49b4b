import { randomUUID } from 'node:crypto'
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Tenant } from '../identifiers/tenant.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { CasError, casErrorOf, casUnavailable, errnoOf, isAbsence } from './cas-errors.ts'
import { encodingOf, physicalKey } from './cas-key.ts'
import {
  type CasDescription,
  type CasKey,
  type CasNamespace,
  type CasObject,
  type CasStore,
  casNamespaces,
  type PutOutcome,
} from './cas-store.ts'
import { DurableDirectories, syncDirectory } from './durable-directory.ts'
import { keysBelow, tenantsBelow } from './keys-below.ts'
import type { StagedBlob } from './staged-blob.ts'
import { readTrailer, trailerLength } from './stored-form.ts'

/** No tenant's name begins with a dot, so this is nobody's content. */
const quarantineDirectory = '.quarantine'

/**
 * One file an object, under `<root>/<tenant>/<namespace>/<key>`. A name appears by `link`, which never replaces anything, and
 * only after the bytes behind it are synced: whoever sees the name sees all of the content. Staged blobs must be on the
 * same file system as the root.
 */
export class FilesystemCasStore implements CasStore {
  readonly #root: string
  readonly #clock: Clock
  readonly #directories: DurableDirectories

  constructor(root: string, clock: Clock = systemClock) {
    this.#root = resolve(root)
    this.#clock = clock
    this.#directories = new DurableDirectories(this.#root)
  }

  async put(key: CasKey, blob: StagedBlob): Promise<PutOutcome> {
    const path = this.#pathOf(key)
    if (encodingOf(key) !== blob.encoding)
      throw new TypeError(`${blob.encoding} content does not belong under ${key.key}`)
    try {
      await this.#directories.ensure(dirname(path))
      const outcome = await this.#place(path, blob)
      // Also when it was there: the other put may have linked it a moment ago and not yet synced the name.
      await syncDirectory(dirname(path))
      return outcome
    } catch (error) {
      this.#directories.forget()
      throw casUnavailable(error, 'storing content')
    }
  }

  async open(key: CasKey): Promise<CasObject> {
    const path = this.#pathOf(key)
    try {
      const handle = await open(path, 'r')
      return await objectOf(handle)
    } catch (error) {
      throw casErrorOf(error, `cas://${key.namespace}/${key.key}`)
    }
  }

  async has(key: CasKey): Promise<boolean> {
    const path = this.#pathOf(key)
    try {
      return (await stat(path)).isFile()
    } catch (error) {
      if (isAbsence(error)) return false
      throw casUnavailable(error, 'looking for content')
    }
  }

  async describe(key: CasKey): Promise<CasDescription | undefined> {
    const path = this.#pathOf(key)
    try {
      const { size, mtimeMs } = await stat(path)
      return { storedLength: size, lastPutMs: mtimeMs }
    } catch (error) {
      if (isAbsence(error)) return undefined
      throw casUnavailable(error, 'looking for content')
    }
  }

  async remove(key: CasKey): Promise<void> {
    const path = this.#pathOf(key)
    try {
      await rm(path, { force: true })
      await syncDirectory(dirname(path))
    } catch (error) {
      if (!isAbsence(error)) throw casUnavailable(error, 'removing content')
    }
  }

  async quarantine(key: CasKey): Promise<void> {
    const path = this.#pathOf(key)
    const asidePath = join(this.#root, quarantineDirectory, physicalKey(key))
    try {
      await this.#directories.ensure(dirname(asidePath))
      await rename(path, asidePath)
      await syncDirectory(dirname(asidePath))
      await syncDirectory(dirname(path))
    } catch (error) {
      this.#directories.forget()
      if (!isAbsence(error)) throw casUnavailable(error, 'moving content aside')
    }
  }

  tenants(): AsyncIterable<Tenant> {
    return tenantsBelow(this.#root)
  }

  async *list(tenant: Tenant, namespace?: CasNamespace): AsyncGenerator<CasKey> {
    const namespaces = namespace === undefined ? [...casNamespaces].sort(compareOrdinal) : [namespace]
    for (const name of namespaces) {
      for await (const key of keysBelow(join(this.#root, tenant, name))) yield { tenant, namespace: name, key }
    }
  }

  async storedBytes(tenant: Tenant): Promise<number> {
    let bytes = 0
    for await (const key of this.list(tenant)) bytes += (await this.describe(key))?.storedLength ?? 0
    return bytes
  }

  async check(): Promise<void> {
    const path = join(this.#root, `.check-${randomUUID()}`)
    try {
      await this.#directories.ensure(this.#root)
      await using handle = await open(path, 'wx', 0o600)
      await handle.writeFile('written')
      await handle.sync()
    } catch (error) {
      this.#directories.forget()
      throw casUnavailable(error, 'writing to content-addressed storage')
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  #pathOf(key: CasKey): string {
    return join(this.#root, physicalKey(key))
  }

  async #place(path: string, blob: StagedBlob): Promise<PutOutcome> {
    await using staged = await open(blob.path, 'r+')
    await this.#renewLastPut(staged)
    await staged.sync()
    // What is in the way may be removed between the two looks; then the way is free.
    for (let attemptsLeft = 10; attemptsLeft > 0; attemptsLeft -= 1) {
      if (await linked(blob.path, path)) return 'stored'
      if (await this.#isPresent(path, blob)) return 'present'
    }
    throw new CasError('CAS_UNAVAILABLE', 'what stands under the name can be neither read nor replaced')
  }

  /** False when the object has been removed meanwhile. */
  async #isPresent(path: string, blob: StagedBlob): Promise<boolean> {
    try {
      await using existing = await open(path, 'r')
      const length = await recordedLength(existing, blob.encoding)
      if (length !== blob.contentLength) {
        throw new CasError(
          'CAS_LENGTH_MISMATCH',
          `${length ?? 'no readable number of'} bytes stand where ${blob.contentLength} were put`,
        )
      }
      await this.#renewLastPut(existing)
      return true
    } catch (error) {
      if (isAbsence(error)) return false
      throw error
    }
  }

  // A sweep goes by the time of the last put: renewed before the caller stores a new reference, the two cannot race.
  async #renewLastPut(handle: FileHandle): Promise<void> {
    const now = new Date(this.#clock())
    await handle.utimes(now, now)
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

const pieceLength = 256 * 1024

async function objectOf(handle: FileHandle): Promise<CasObject> {
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw new CasError('CAS_NOT_FOUND', 'no object stands under the key')
    // A piece is allocated whole before it is read: for what is small, as most chunks are, no more than that.
    const highWaterMark = Math.min(pieceLength, stats.size + 1)
    return { stored: handle.createReadStream({ highWaterMark }), storedLength: stats.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** How long the content is that a file says it holds; undefined when it does not say, since it is damaged or no file. */
async function recordedLength(handle: FileHandle, encoding: StagedBlob['encoding']): Promise<number | undefined> {
  const stats = await handle.stat()
  if (!stats.isFile()) return undefined
  if (encoding === 'identity') return stats.size
  const position = Math.max(0, stats.size - trailerLength)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(trailerLength), 0, trailerLength, position)
  return readTrailer(buffer.subarray(0, bytesRead), stats.size)?.contentLength
}
