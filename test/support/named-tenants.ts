import { isTenant, type Tenant } from '../../src/identifiers/tenant.ts'

/** Tenants by their names. */
export function namedTenants<Name extends string>(...names: readonly Name[]): Record<Name, Tenant> {
  const tenants = {} as Record<Name, Tenant>
  for (const name of names) {
    if (!isTenant(name)) throw new TypeError(`${name} is no tenant`)
    tenants[name] = name
  }
  return tenants
}
