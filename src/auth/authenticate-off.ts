import type { IncomingHttpHeaders } from 'node:http'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Caller, Credentials } from './authenticate.ts'
import { namedTenant } from './named-tenant.ts'

/** Mode `off`: everybody is who the header says, and `X-Scopes` narrows what a request may do, for trying scopes out. */
export function authenticateOff({ headers }: Credentials): Caller {
  return { tenant: namedTenant(headers) ?? defaultTenant, scopes: scopesOf(headers) }
}

const defaultTenant = 'default' as Tenant

function scopesOf(headers: IncomingHttpHeaders): ReadonlySet<string> | undefined {
  const listed = headers['x-scopes']?.toString()
  return listed === undefined ? undefined : new Set(listed.split(/[\s,]+/).filter((scope) => scope !== ''))
}
