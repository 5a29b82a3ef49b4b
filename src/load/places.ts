import type { Tenant } from '../identifiers/tenant.ts'

export interface PlaceLimits {
  readonly atOnce: number
  /** Further places, for tenants that have none: nobody who takes all of the others keeps them out. */
  readonly reserved: number
}

/** So much of one kind of work at once. A place that nobody needs is nobody's, so one tenant alone may take all but the reserve. */
export class Places {
  readonly #limits: PlaceLimits
  readonly #held = new Map<Tenant, number>()
  #taken = 0

  constructor(limits: PlaceLimits) {
    this.#limits = limits
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken
  }

  /** The way to give the place back, once; undefined when there is none for this tenant. */
  take(tenant: Tenant): (() => void) | undefined {
    const { atOnce, reserved } = this.#limits
    const most = this.#held.has(tenant) ? atOnce : atOnce + reserved
    if (this.#taken >= most) return undefined
    this.#count(tenant, 1)
    let isHeld = true
    return () => {
      if (isHeld) this.#count(tenant, -1)
      isHeld = false
    }
  }

  #count(tenant: Tenant, change: number): void {
    const held = (this.#held.get(tenant) ?? 0) + change
    if (held === 0) this.#held.delete(tenant)
    else this.#held.set(tenant, held)
    this.#taken += change
  }
}
