import type { Tenant } from '../identifiers/tenant.ts'
import type { CasStore } from './cas-store.ts'

export interface StorageCount {
  stored(tenant: Tenant, bytes: number): void
  removed(tenant: Tenant): void
}

/** A store that tells whose storage grows, and by how much, and whose shrinks. */
export function countedCasStore(store: CasStore, count: StorageCount): CasStore {
  return {
    async put(key, blob) {
      const outcome = await store.put(key, blob)
      if (outcome === 'stored') count.stored(key.tenant, blob.storedLength)
      return outcome
    },
    async remove(key) {
      await store.remove(key)
      count.removed(key.tenant)
    },
    async quarantine(key) {
      await store.quarantine(key)
      count.removed(key.tenant)
    },
    open: (key) => store.open(key),
    has: (key) => store.has(key),
    describe: (key) => store.describe(key),
    tenants: () => store.tenants(),
    list: (tenant, namespace) => store.list(tenant, namespace),
    storedBytes: (tenant) => store.storedBytes(tenant),
    check: () => store.check(),
  }
}
