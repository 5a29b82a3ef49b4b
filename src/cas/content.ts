import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { CasError } from './cas-errors.ts'
import { digestOfKey, encodingOf } from './cas-key.ts'
import type { CasKey, CasNamespace, CasStore, PutOutcome } from './cas-store.ts'
import { type BlobSuffix, blobKey } from './cas-uri.ts'
import { readContent, readStoredForm, readWholeContent } from './read-stored.ts'
import type { StagedBlob } from './staged-blob.ts'
import type { Staging } from './staging.ts'

const defaultMaxBytes = 256 * 1024 * 1024

/** Content by what it is: compressed and hashed on its way into a store, decompressed and verified on its way out. */
export class Content {
  readonly staging: Staging
  readonly #store: CasStore

  constructor(store: CasStore, staging: Staging) {
    this.#store = store
    this.staging = staging
  }

  /** The caller still discards the blob. A key that promises another digest is refused: nobody could read it again. */
  async putStaged(key: CasKey, blob: StagedBlob): Promise<PutOutcome> {
    if ((digestOfKey(key) ?? blob.digest) !== blob.digest)
      throw new TypeError(`${key.key} is not the key of ${blob.digest}`)
    return this.#store.put(key, blob)
  }

  /** Puts bytes under the digest that they have uncompressed. */
  async putBytes(tenant: Tenant, namespace: CasNamespace, bytes: Uint8Array, suffix: BlobSuffix): Promise<Digest> {
    const blob = await this.staging.stage(bytes, 'zstd')
    try {
      await this.#store.put(blobKey(tenant, namespace, blob.digest, suffix), blob)
      return blob.digest
    } finally {
      await blob.discard()
    }
  }

  /** Puts bytes, as they are, under a name of their own. What stood there first stays. */
  async putNamed(key: CasKey, bytes: Uint8Array): Promise<void> {
    const blob = await this.staging.stage(bytes, 'identity')
    try {
      await this.#store.put(key, blob)
    } catch (error) {
      if (!(error instanceof CasError && error.code === 'CAS_LENGTH_MISMATCH')) throw error
    } finally {
      await blob.discard()
    }
  }

  async readBytes(
    tenant: Tenant,
    namespace: CasNamespace,
    digest: Digest,
    suffix: BlobSuffix,
    maxBytes: number = defaultMaxBytes,
  ): Promise<Buffer> {
    const object = await this.#store.open(blobKey(tenant, namespace, digest, suffix))
    return readWholeContent(object, { encoding: 'zstd', digest }, maxBytes)
  }

  async readNamed(
    key: CasKey,
    maxBytes: number = defaultMaxBytes,
    expected: Digest | undefined = digestOfKey(key),
  ): Promise<Buffer> {
    const object = await this.#store.open(key)
    return readWholeContent(object, { encoding: encodingOf(key), digest: expected }, maxBytes)
  }

  /** Throws `CAS_CORRUPT` before the last piece at the latest: what follows from the others may be kept only after that. */
  async *readStream(key: CasKey, expected: Digest | undefined = digestOfKey(key)): AsyncGenerator<Buffer> {
    const object = await this.#store.open(key)
    yield* readContent(object, { encoding: encodingOf(key), digest: expected })
  }

  /** The bytes as they rest, compressed where they are; they end only when their content was verified. */
  async *readStored(key: CasKey): AsyncGenerator<Buffer> {
    const object = await this.#store.open(key)
    yield* readStoredForm(object, { encoding: encodingOf(key), digest: digestOfKey(key) })
  }
}
