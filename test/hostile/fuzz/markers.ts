import { canaryTenant, type FuzzTenant, tenants } from './callers.ts'

const pattern = new RegExp(`mk(${[...tenants, canaryTenant].join('|')})x\\d+`, 'g')

/**
 * Every text that a tenant brings in holds a word that nobody else has. Whoever reads one of another tenant, and never said
 * it before, was shown something that is not his.
 */
export class Markers {
  #count = 0
  readonly #said = new Map<FuzzTenant, Set<string>>()

  fresh(tenant: FuzzTenant): string {
    this.#count += 1
    return `mk${tenant}x${this.#count}`
  }

  /** What a tenant sends may come back to it. */
  heard(tenant: FuzzTenant, sent: string): void {
    const said = this.#said.get(tenant) ?? new Set()
    this.#said.set(tenant, said)
    for (const marker of foreignIn(tenant, sent)) said.add(marker)
  }

  /** Markers of others that have no business in an answer. */
  leaked(tenant: FuzzTenant, answered: string): string[] {
    const said = this.#said.get(tenant)
    return foreignIn(tenant, answered).filter((marker) => !said?.has(marker))
  }
}

function foreignIn(tenant: FuzzTenant, text: string): string[] {
  return [...text.matchAll(pattern)].filter(([, owner]) => owner !== tenant).map(([marker]) => marker)
}
