import type { Tenant } from '../identifiers/tenant.ts'
import { LoadError } from './load-errors.ts'
import type { TenantUsage } from './tenant-usage.ts'

/**
 * Refuses, for good, what a tenant that has stored as much as it may would add. What is let in is stored whole, though it pass
 * the limit: refused in the middle it would be stored half.
 */
export class TenantQuota {
  readonly #usage: Pick<TenantUsage, 'bytesOf'>
  readonly #maxBytes: number

  constructor(usage: Pick<TenantUsage, 'bytesOf'>, maxBytes: number) {
    this.#usage = usage
    this.#maxBytes = maxBytes
  }

  async require(tenant: Tenant): Promise<void> {
    const usedBytes = await this.#usage.bytesOf(tenant)
    if (usedBytes < this.#maxBytes) return
    const message = `the tenant has ${usedBytes} bytes stored, and may have ${this.#maxBytes}`
    throw new LoadError('QUOTA_EXCEEDED', message, { members: { usedBytes, maxBytes: this.#maxBytes } })
  }
}
