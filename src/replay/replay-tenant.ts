import { isTenant, type Tenant } from '../identifiers/tenant.ts'

/** No tenant is in a fact, and a bundle does not say whose it was. */
export const replayTenant: Tenant = tenantOf('replay')

function tenantOf(name: string): Tenant {
  if (isTenant(name)) return name
  throw new TypeError(`${name} is no tenant`)
}
