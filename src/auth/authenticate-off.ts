import type { IncomingHttpHeaders } from 'node:http'
import { isTenant, type Tenant } from '../identifiers/tenant.ts'
import { AuthError } from './auth-errors.ts'
import type { Caller, Credentials } from './authenticate.ts'

const tenantHeaders = ['x-stella-tenant', 'x-stellaops-tenant'] as const

/** Mode `off`: everybody is who the header says, and `X-Scopes` narrows what a request may do, for trying scopes out. */
export function authenticateOff({ headers }: Credentials): Caller {
  return { tenant: tenantOf(headers), scopes: scopesOf(headers) }
}

function tenantOf(headers: IncomingHttpHeaders): Tenant {
  const named = new Set(tenantHeaders.map((name) => headers[name]?.toString() ?? '').filter((text) => text !== ''))
  if (named.size > 1) throw new AuthError('TENANT_INVALID', 'X-Stella-Tenant and X-StellaOps-Tenant differ')
  const [tenant = 'default'] = named
  if (isTenant(tenant)) return tenant
  throw new AuthError(
    'TENANT_INVALID',
    'a tenant is 1 to 63 of a-z, 0-9, ".", "_", "-", and begins with a letter or digit',
  )
}

function scopesOf(headers: IncomingHttpHeaders): ReadonlySet<string> | undefined {
  const listed = headers['x-scopes']?.toString()
  return listed === undefined ? undefined : new Set(listed.split(/[\s,]+/).filter((scope) => scope !== ''))
}
