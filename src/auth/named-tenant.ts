import type { IncomingHttpHeaders } from 'node:http'
import { isTenant, type Tenant } from '../identifiers/tenant.ts'
import { AuthError } from './auth-errors.ts'

/** The tenant that the headers name; undefined when they name none. */
export function namedTenant(headers: IncomingHttpHeaders): Tenant | undefined {
  const [first, second] = [textOf(headers['x-stella-tenant']), textOf(headers['x-stellaops-tenant'])]
  const tenant = first ?? second
  if (second !== undefined && second !== tenant) {
    throw new AuthError('TENANT_INVALID', 'X-Stella-Tenant and X-StellaOps-Tenant differ')
  }
  if (tenant === undefined || isTenant(tenant)) return tenant
  throw new AuthError(
    'TENANT_INVALID',
    'a tenant is 1 to 63 of a-z, 0-9, ".", "_", "-", and begins with a letter or digit',
  )
}

/** An empty header is absent. */
function textOf(header: string | string[] | undefined): string | undefined {
  const text = header?.toString()
  return text === '' ? undefined : text
}
