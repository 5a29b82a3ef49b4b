import { LRUCache } from 'lru-cache'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Clock } from '../lib/clock.ts'
import { SingleFlight } from '../lib/single-flight.ts'

export interface TenantUsageDeps {
  /** Looks at everything that a tenant has stored. */
  readonly measure: (tenant: Tenant) => Promise<number>
  readonly clock: Clock
  /** What others store or remove, other processes say, is seen so much later at the most. */
  readonly measureEveryMs: number
}

interface Usage {
  bytes: number
  readonly measuredAtMs: number
}

const tenantsKnown = 10_000

/** How many bytes each tenant has stored: measured now and then, and counted here in between. */
export class TenantUsage {
  readonly #deps: TenantUsageDeps
  readonly #known = new LRUCache<Tenant, Usage>({ max: tenantsKnown })
  readonly #measuring = new SingleFlight<Usage>()
  /** What was stored while its tenant was being measured: whether that was seen, nobody knows. */
  readonly #meanwhile = new Map<Tenant, number>()

  constructor(deps: TenantUsageDeps) {
    this.#deps = deps
  }

  /** Waits only for the first measurement of a tenant, and after something was removed; later ones go on meanwhile. */
  async bytesOf(tenant: Tenant): Promise<number> {
    const known = this.#known.get(tenant)
    if (known === undefined) return (await this.#measure(tenant)).bytes
    // One that fails changes nothing: the next request tries again.
    if (this.#isOld(known)) void this.#measure(tenant).catch(() => undefined)
    return known.bytes
  }

  stored(tenant: Tenant, bytes: number): void {
    const known = this.#known.get(tenant)
    if (known) known.bytes += bytes
    const meanwhile = this.#meanwhile.get(tenant)
    if (meanwhile !== undefined) this.#meanwhile.set(tenant, meanwhile + bytes)
  }

  removed(tenant: Tenant): void {
    this.#known.delete(tenant)
  }

  #isOld({ measuredAtMs }: Usage): boolean {
    return this.#deps.clock() - measuredAtMs >= this.#deps.measureEveryMs
  }

  #measure(tenant: Tenant): Promise<Usage> {
    return this.#measuring.run(tenant, async () => {
      this.#meanwhile.set(tenant, 0)
      try {
        const measured = await this.#deps.measure(tenant)
        const bytes = measured + (this.#meanwhile.get(tenant) ?? 0)
        const usage = { bytes, measuredAtMs: this.#deps.clock() }
        this.#known.set(tenant, usage)
        return usage
      } finally {
        this.#meanwhile.delete(tenant)
      }
    })
  }
}
