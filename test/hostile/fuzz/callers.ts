import { openIssuer } from '../../support/token-issuer.ts'
import type { DrawnCaller } from './drawn-request.ts'
import { headerValue } from './header-value.ts'

/** Tenants that requests are sent for. */
export const tenants = ['alpha', 'beta', 'gamma'] as const
/** Nobody writes for it: what it has must never be seen, and never change. */
export const canaryTenant = 'canary'
export type FuzzTenant = (typeof tenants)[number] | typeof canaryTenant

/** Who a token is for, and what it allows. */
export interface Credential {
  readonly tenants: readonly FuzzTenant[]
  readonly scope: string
}

const everything = 'signals:read signals:write signals:admin signals:operate'

/** The tokens that requests are drawn with, each by its name. */
export const credentials = {
  alpha: { tenants: ['alpha'], scope: everything },
  beta: { tenants: ['beta'], scope: everything },
  gamma: { tenants: ['gamma'], scope: everything },
  canary: { tenants: ['canary'], scope: everything },
  alphaReads: { tenants: ['alpha'], scope: 'signals:read' },
  betaWrites: { tenants: ['beta'], scope: 'signals:write' },
  alphaOrBeta: { tenants: ['alpha', 'beta'], scope: everything },
  nobody: { tenants: [], scope: everything },
} as const satisfies Readonly<Record<string, Credential>>

export type CredentialName = keyof typeof credentials

export type Tokens = Readonly<Record<CredentialName, string>>

export interface MadeTokens {
  readonly tokens: Tokens
  /** What the service has to check them with. */
  readonly keySet: string
}

export async function makeTokens(): Promise<MadeTokens> {
  const issuer = await openIssuer(Date.now, 'Ed25519')
  const exp = Math.floor(Date.now() / 1_000) + 24 * 3_600
  const made = Object.entries(credentials).map(async ([name, { tenants: named, scope }]) => {
    return [name, await issuer.token({ exp, scope, tenant: undefined, tenants: named })] as const
  })
  return { tokens: Object.fromEntries(await Promise.all(made)) as Tokens, keySet: issuer.keySet }
}

/** Whom a request is for; undefined when the service has to refuse it whatever it asks. */
export function actingTenant({ credential, tenantHeader = '' }: DrawnCaller): FuzzTenant | undefined {
  if (!isCredential(credential)) return undefined
  const named: readonly FuzzTenant[] = credentials[credential].tenants
  const asked = headerValue(tenantHeader)
  if (asked !== '') return named.find((tenant) => tenant === asked)
  return named.length === 1 ? named[0] : undefined
}

export function allows({ credential }: DrawnCaller, scope: string): boolean {
  return isCredential(credential) && credentials[credential].scope.split(' ').includes(scope)
}

export function isCredential(name: string): name is CredentialName {
  return Object.hasOwn(credentials, name)
}
