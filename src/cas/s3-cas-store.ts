import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { isTenant, type Tenant } from '../identifiers/tenant.ts'
import { backoffMs } from '../lib/backoff.ts'
import { type Clock, systemClock, timestampOf } from '../lib/clock.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { CasError, casUnavailable } from './cas-errors.ts'
import { encodingOf, isKeyText, physicalKey } from './cas-key.ts'
import {
  type CasDescription,
  type CasKey,
  type CasNamespace,
  type CasObject,
  type CasStore,
  casNamespaces,
  type PutOutcome,
} from './cas-store.ts'
import { type NewOutcome, type ObjectTail, type Retention, S3Bucket } from './s3-bucket.ts'
import { type ObjectLock, openS3Client, type S3Options } from './s3-client.ts'
import { s3FailureOf } from './s3-failure.ts'
import { S3Uploads } from './s3-upload.ts'
import type { StagedBlob } from './staged-blob.ts'
import { readTrailer, trailerLength } from './stored-form.ts'

/** Beyond it an object goes in parts; up to it a whole one is in memory while it is put. */
const maxSinglePut = 16 * 1024 * 1024
const oneDay = 24 * 60 * 60 * 1000
const retryPause = { baseMs: 50, maxMs: 2_000 }
/** No tenant's name begins with a dot, so these are nobody's content. */
const checkKey = '.check'
const quarantinePrefix = '.quarantine/'

/**
 * One object of a bucket for each of ours, under its physical key: RustFS, MinIO, AWS, and what else honours conditional
 * writes (`If-None-Match: *`), by which a name is written once. The time of the last put is a tag.
 */
export class S3CasStore implements CasStore {
  readonly #client: S3Client
  readonly #bucket: S3Bucket
  readonly #uploads: S3Uploads
  readonly #lock: ObjectLock
  readonly #clock: Clock
  #isProven = false

  constructor(options: S3Options, clock: Clock = systemClock) {
    this.#client = openS3Client(options)
    this.#bucket = new S3Bucket(this.#client, options.bucket)
    this.#uploads = new S3Uploads(this.#bucket)
    this.#lock = options.objectLock
    this.#clock = clock
  }

  async put(key: CasKey, blob: StagedBlob): Promise<PutOutcome> {
    const name = physicalKey(key)
    if (encodingOf(key) !== blob.encoding)
      throw new TypeError(`${blob.encoding} content does not belong under ${key.key}`)
    try {
      return await this.#place(name, blob, this.#retentionOf(key))
    } catch (error) {
      throw casUnavailable(error, 'storing content')
    }
  }

  async open(key: CasKey): Promise<CasObject> {
    const name = physicalKey(key)
    try {
      return await this.#bucket.open(name)
    } catch (error) {
      const uri = `cas://${key.namespace}/${key.key}`
      if (s3FailureOf(error) !== 'absent') throw casUnavailable(error, uri)
      throw new CasError('CAS_NOT_FOUND', `${uri}: not found`, { cause: error })
    }
  }

  async has(key: CasKey): Promise<boolean> {
    const name = physicalKey(key)
    try {
      return (await this.#bucket.tail(name, 1)) !== undefined
    } catch (error) {
      throw casUnavailable(error, 'looking for content')
    }
  }

  async describe(key: CasKey): Promise<CasDescription | undefined> {
    const name = physicalKey(key)
    try {
      const tail = await this.#bucket.tail(name, 1)
      return (
        tail && { storedLength: tail.storedLength, lastPutMs: (await this.#bucket.renewedMs(name)) ?? tail.storedMs }
      )
    } catch (error) {
      throw casUnavailable(error, 'looking for content')
    }
  }

  async remove(key: CasKey): Promise<void> {
    const name = physicalKey(key)
    try {
      await this.#bucket.remove(name)
    } catch (error) {
      throw casUnavailable(error, 'removing content')
    }
  }

  async quarantine(key: CasKey): Promise<void> {
    const name = physicalKey(key)
    try {
      await this.#bucket.copy(name, `${quarantinePrefix}${name}`)
      await this.#bucket.remove(name)
    } catch (error) {
      if (s3FailureOf(error) !== 'absent') throw casUnavailable(error, 'moving content aside')
    }
  }

  async *tenants(): AsyncGenerator<Tenant> {
    try {
      for await (const name of this.#bucket.firstParts()) if (isTenant(name)) yield name
    } catch (error) {
      throw casUnavailable(error, 'listing tenants')
    }
  }

  async *list(tenant: Tenant, namespace?: CasNamespace): AsyncGenerator<CasKey> {
    const namespaces = namespace === undefined ? [...casNamespaces].sort(compareOrdinal) : [namespace]
    try {
      for (const name of namespaces) {
        // Keys are ASCII, where the order of UTF-8, in which a bucket lists, is that of UTF-16.
        for await (const key of this.#bucket.keysBelow(`${tenant}/${name}/`)) {
          const parsed = parsePhysicalKey(key)
          if (parsed) yield parsed
        }
      }
    } catch (error) {
      throw casUnavailable(error, 'listing content')
    }
  }

  async storedBytes(tenant: Tenant): Promise<number> {
    let bytes = 0
    try {
      for await (const { key, storedLength } of this.#bucket.objectsBelow(`${tenant}/`)) {
        if (parsePhysicalKey(key)) bytes += storedLength
      }
      return bytes
    } catch (error) {
      throw casUnavailable(error, 'measuring content')
    }
  }

  /**
   * Writes; once also proves that the server refuses to replace, since one that ignores the condition would say `stored`
   * where content stands. A bucket that keeps all versions is not written to every time.
   */
  async check(): Promise<void> {
    try {
      await this.#uploads.abortLeftOver()
      if (!this.#isProven || this.#lock.mode !== 'off') await this.#proveConditions()
      else await this.#bucket.replace(checkKey, checkContent)
    } catch (error) {
      throw casUnavailable(error, 'writing to content-addressed storage')
    }
  }

  /** Throws away the parts of uploads that dead processes left, and says of how many. */
  async clearAbandoned(): Promise<number> {
    try {
      const isOurs = (key: string): boolean => parsePhysicalKey(key) !== undefined
      return await this.#uploads.abortAbandoned(isOurs, this.#clock() - oneDay)
    } catch (error) {
      throw casUnavailable(error, 'clearing abandoned uploads')
    }
  }

  close(): void {
    this.#client.destroy()
  }

  async #place(name: string, blob: StagedBlob, retention: Retention | undefined): Promise<PutOutcome> {
    // What is in the way may be removed between the two looks, or not be there yet; then the way is free a little later.
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      if (attempt > 1) await pause(backoffMs(retryPause, attempt - 1))
      if ((await this.#putNew(name, blob, retention)) === 'stored') return 'stored'
      if (await this.#isPresent(name, blob, retention)) return 'present'
    }
    throw new CasError('CAS_UNAVAILABLE', 'what stands under the name can be neither read nor replaced')
  }

  async #putNew(name: string, blob: StagedBlob, retention: Retention | undefined): Promise<NewOutcome> {
    if (blob.storedLength <= maxSinglePut) {
      return await this.#bucket.putNew(name, await readFile(blob.path), retention)
    }
    // Long content that is there need not be sent to be refused.
    const isThere = (await this.#bucket.tail(name, 1)) !== undefined
    return isThere ? 'refused' : await this.#uploads.putNew(name, blob, retention)
  }

  /** False when there is nothing (any more). */
  async #isPresent(name: string, blob: StagedBlob, retention: Retention | undefined): Promise<boolean> {
    const tail = await this.#bucket.tail(name, trailerLength)
    if (!tail) return false
    const length = recordedLength(tail, blob.encoding)
    if (length !== blob.contentLength) {
      throw new CasError(
        'CAS_LENGTH_MISMATCH',
        `${length ?? 'no readable number of'} bytes stand where ${blob.contentLength} were put`,
      )
    }
    return await this.#bucket.renew(name, timestampOf(this.#clock()), retention)
  }

  /** What is derived may be deleted at any time (contracts, 8): it is never locked. */
  #retentionOf({ namespace }: CasKey): Retention | undefined {
    const { mode, days } = this.#lock
    if (mode === 'off' || namespace === 'graph_indexes') return undefined
    const until = new Date(this.#clock() + days * oneDay)
    return { mode: mode === 'governance' ? 'GOVERNANCE' : 'COMPLIANCE', until }
  }

  async #proveConditions(): Promise<void> {
    const outcome = await this.#bucket.putNew(checkKey, checkContent)
    if (outcome === 'stored' && (await this.#bucket.putNew(checkKey, checkContent)) === 'stored') {
      throw new CasError('CAS_UNAVAILABLE', 'the object store ignores If-None-Match: it would replace content')
    }
    this.#isProven = true
  }
}

const checkContent = Buffer.from('written')

/** How long the content is that an object says it holds; undefined when it does not say. */
function recordedLength({ storedLength, lastBytes }: ObjectTail, encoding: StagedBlob['encoding']): number | undefined {
  return encoding === 'identity' ? storedLength : readTrailer(lastBytes, storedLength)?.contentLength
}

/** Undefined for what no put could have named: a bucket may hold other things. */
function parsePhysicalKey(text: string): CasKey | undefined {
  const [tenant = '', name = '', ...parts] = text.split('/')
  const namespace = casNamespaces.find((known) => known === name)
  const key = parts.join('/')
  return isTenant(tenant) && namespace !== undefined && isKeyText(key) ? { tenant, namespace, key } : undefined
}
