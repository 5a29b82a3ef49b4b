import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Tenant } from '../identifiers/tenant.ts'

/** On whose behalf a request comes, and what it may do. */
export interface Caller {
  readonly tenant: Tenant
  /** Whoever the token is about, where there is one that says so. */
  readonly principal?: string
  /** Undefined when nothing narrows what the caller may do. */
  readonly scopes: ReadonlySet<string> | undefined
  /** What the answer has to tell whoever authenticates, whatever else it says. */
  readonly answerHeaders?: Readonly<Record<string, string>>
}

/** What a request says of who sends it. */
export interface Credentials {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly raw: Pick<IncomingMessage, 'rawHeaders' | 'socket'>
  readonly server: { readonly listeningOrigin: string }
}

/** Who the caller is, or a ServiceError. One for each `auth.mode`. */
export type Authenticate = (credentials: Credentials) => Caller | Promise<Caller>
