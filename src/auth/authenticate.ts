import type { IncomingHttpHeaders } from 'node:http'
import type { Tenant } from '../identifiers/tenant.ts'

/** On whose behalf a request comes, and what it may do. */
export interface Caller {
  readonly tenant: Tenant
  /** Undefined when nothing narrows what the caller may do. */
  readonly scopes: ReadonlySet<string> | undefined
}

export interface Credentials {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/** Who the caller is, or a ServiceError. One for each `auth.mode`. */
export type Authenticate = (credentials: Credentials) => Caller | Promise<Caller>
