import type { IncomingHttpHeaders } from 'node:http'
import { isTenant, type Tenant } from '../identifiers/tenant.ts'
import { AuthError } from './auth-errors.ts'

const tenantHeaders = ['x-stella-tenant', 'x-stellaops-tenant'] as const

/** The tenant that the headers name; undefined when they name none. */
export function namedTenant(headers: IncomingHttpHeaders): Tenant | undefined {
  const named = new Set(tenantHeaders.map((name) => headers[name]?.toString() ?? '').filter((text) => text !== ''))
  if (named.size > 1) throw new AuthError('TENANT_INVALID', 'X-Stella-Tenant and X-StellaOps-Tenant differ')
  const [tenant] = named
  if (tenant === undefined || isTenant(tenant)) return tenant
  throw new AuthError(
    'TENANT_INVALID',
    'a tenant is 1 to 63 of a-z, 0-9, ".", "_", "-", and begins with a letter or digit',
  )
}
