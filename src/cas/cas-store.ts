import type { Readable } from 'node:stream'
import type { Tenant } from '../identifiers/tenant.ts'
import type { StagedBlob } from './staged-blob.ts'

/** The namespaces of contracts, 8. `graph_indexes` is derived: it may be deleted and rebuilt at any time. */
export const casNamespaces = [
  'reachability_graphs',
  'runtime_traces',
  'reachability_facts',
  'graph_indexes',
  'artifacts',
  'manifests',
] as const

export type CasNamespace = (typeof casNamespaces)[number]

/** One object of one tenant. Its physical key is `<tenant>/<namespace>/<key>`: nothing is shared between tenants. */
export interface CasKey {
  readonly tenant: Tenant
  readonly namespace: CasNamespace
  readonly key: string
}

export interface CasObject {
  /** The bytes as stored (compressed, where the key says so). Nobody has verified them yet: `Content` does, while reading. */
  readonly stored: Readable
  readonly storedLength: number
}

/** What a store says of an object without reading it. */
export interface CasDescription {
  readonly storedLength: number
  readonly lastPutMs: number
}

/** `present`: an object of the same recorded length stood there already, and its last-put time was renewed. */
export type PutOutcome = 'stored' | 'present'

/**
 * Where content-addressed bytes rest. Write-once, atomic, and durable when a promise resolves: contract suite in
 * `test/contract/cas-store.ts`. Errors: `CAS_NOT_FOUND` for a true absence only, `CAS_LENGTH_MISMATCH` when something of
 * another length stands under the key, `CAS_UNAVAILABLE` for everything else.
 */
export interface CasStore {
  /** Takes a staged blob over into the store. The caller still discards the staged blob. */
  put(key: CasKey, blob: StagedBlob): Promise<PutOutcome>
  open(key: CasKey): Promise<CasObject>
  has(key: CasKey): Promise<boolean>
  /** Undefined where nothing stands. */
  describe(key: CasKey): Promise<CasDescription | undefined>
  /** Removing what is not there is no error. */
  remove(key: CasKey): Promise<void>
  /**
   * Moves an object, which is not what its key says, to where nothing is read: the key is free for the right bytes, and
   * the wrong ones are kept for whoever looks into it. Moving what is not there is no error.
   */
  quarantine(key: CasKey): Promise<void>
  /** Tenants that have content, in ordinal order. */
  tenants(): AsyncIterable<Tenant>
  /** Keys of one tenant (all namespaces unless one is named), in ordinal order. */
  list(tenant: Tenant, namespace?: CasNamespace): AsyncIterable<CasKey>
  /** What all objects of one tenant take up as they rest. */
  storedBytes(tenant: Tenant): Promise<number>
  /** Resolves when the store can be written to; for `/readyz`. */
  check(): Promise<void>
}
