import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CasError } from '../../src/cas/cas-errors.ts'
import { physicalKey } from '../../src/cas/cas-key.ts'
import type { CasDescription, CasKey, CasNamespace, CasObject, CasStore, PutOutcome } from '../../src/cas/cas-store.ts'
import type { StagedBlob } from '../../src/cas/staged-blob.ts'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'

/** A content store in memory: write-once like the real ones. */
export class MemoryCasStore implements CasStore {
  readonly objects = new Map<string, { key: CasKey; bytes: Buffer; contentLength: number; lastPutMs: number }>()
  readonly quarantined = new Map<string, Buffer>()

  async put(key: CasKey, blob: StagedBlob): Promise<PutOutcome> {
    const bytes = await readFile(blob.path)
    const present = this.objects.get(physicalKey(key))
    if (!present) {
      this.objects.set(physicalKey(key), { key, bytes, contentLength: blob.contentLength, lastPutMs: Date.now() })
      return 'stored'
    }
    present.lastPutMs = Date.now()
    if (present.contentLength === blob.contentLength) return 'present'
    throw new CasError('CAS_LENGTH_MISMATCH', 'something of another length stands there')
  }

  async open(key: CasKey): Promise<CasObject> {
    const found = this.objects.get(physicalKey(key))
    if (!found) throw new CasError('CAS_NOT_FOUND', 'there is no such object')
    return { stored: Readable.from([found.bytes]), storedLength: found.bytes.byteLength }
  }

  async has(key: CasKey): Promise<boolean> {
    return this.objects.has(physicalKey(key))
  }

  async describe(key: CasKey): Promise<CasDescription | undefined> {
    const found = this.objects.get(physicalKey(key))
    return found && { storedLength: found.bytes.byteLength, lastPutMs: found.lastPutMs }
  }

  async remove(key: CasKey): Promise<void> {
    this.objects.delete(physicalKey(key))
  }

  async quarantine(key: CasKey): Promise<void> {
    const found = this.objects.get(physicalKey(key))
    if (found) this.quarantined.set(physicalKey(key), found.bytes)
    this.objects.delete(physicalKey(key))
  }

  async *tenants(): AsyncGenerator<Tenant> {
    yield* [...new Set([...this.objects.values()].map(({ key }) => key.tenant))].sort(compareOrdinal)
  }

  async *list(tenant: Tenant, namespace?: CasNamespace): AsyncGenerator<CasKey> {
    const keys = [...this.objects.values()].map(({ key }) => key)
    const own = keys.filter((key) => key.tenant === tenant && (namespace === undefined || key.namespace === namespace))
    yield* own.sort((left, right) => compareOrdinal(physicalKey(left), physicalKey(right)))
  }

  async storedBytes(tenant: Tenant): Promise<number> {
    const own = [...this.objects.values()].filter(({ key }) => key.tenant === tenant)
    return own.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
  }

  async check(): Promise<void> {}
}
