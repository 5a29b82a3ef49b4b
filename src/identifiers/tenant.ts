/** A tenant's name, checked: nothing else may stand in a query, a cache key, a path or a stream. */
export type Tenant = string & { readonly __tenant: unique symbol }

const pattern = /^[a-z0-9][a-z0-9._-]{0,62}$/

export function isTenant(text: string): text is Tenant {
  return pattern.test(text)
}
