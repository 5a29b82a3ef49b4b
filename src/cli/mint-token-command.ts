import { Command, InvalidArgumentError } from 'commander'
import { mintToken } from '../auth/mint-token.ts'
import type { Confirmation } from '../auth/possession/confirmation.ts'
import { thumbprintOfCertificate, thumbprintOfKey } from '../auth/possession/token-binding.ts'
import { scopes as knownScopes, type Scope } from '../identifiers/scope.ts'
import { isTenant, type Tenant } from '../identifiers/tenant.ts'
import type { CommandDeps } from './command-deps.ts'
import { readAs } from './json-files.ts'
import { loadSigningKey } from './key-directory.ts'

interface MintOptions {
  readonly key: string
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly tenant: readonly Tenant[]
  readonly scope: readonly Scope[]
  readonly ttl: number
  readonly bindJwk?: string
  readonly bindCert?: string
}

/** Tokens for those without an identity provider. */
export function mintTokenCommand({ clock, newId, print }: CommandDeps): Command {
  return new Command('mint')
    .description('print a token, signed with a key of "signals keys generate"')
    .requiredOption('--key <file>', 'the private key')
    .requiredOption('--issuer <name>', 'auth.issuer of the service')
    .requiredOption('--audience <name>', 'auth.audience of the service')
    .requiredOption('--tenant <tenants>', 'whose data it is for; several with commas', readTenants)
    .requiredOption('--scope <scopes>', `what it allows, with spaces or commas: ${knownScopes.join(', ')}`, readScopes)
    .option('--ttl <time>', 'how long it is good: 90s, 15m, 12h, 30d', readSeconds, 3_600)
    .option('--subject <name>', 'who holds it', 'operator')
    .option('--bind-jwk <file>', 'a key (JWK) that whoever sends it has to prove to hold, by DPoP')
    .option('--bind-cert <file>', 'a client certificate (PEM) that it has to be sent with')
    .addHelpText(
      'after',
      `
The token alone is on standard output.

Examples:
  signals token mint --key keys/signing-key.json --issuer https://issuer.example --audience signals \\
    --tenant acme --scope "signals:read signals:write" --ttl 12h
  curl -H "Authorization: Bearer $(signals token mint …)" http://127.0.0.1:8080/signals/facts`,
    )
    .action(async (options: MintOptions) => {
      const { issuer, audience, subject, tenant: tenants, scope: scopes, ttl: ttlSeconds } = options
      const key = await loadSigningKey(options.key)
      const confirmation = await confirmationOf(options)
      const request = { issuer, audience, subject, tenants, scopes, ttlSeconds, confirmation }
      print(await mintToken({ key, clock, newId }, request))
    })
}

async function confirmationOf({ bindJwk, bindCert }: MintOptions): Promise<Confirmation | undefined> {
  if (bindJwk === undefined && bindCert === undefined) return undefined
  return {
    ...(bindJwk !== undefined && { jkt: await readAs(bindJwk, thumbprintOfKey) }),
    ...(bindCert !== undefined && { 'x5t#S256': await readAs(bindCert, thumbprintOfCertificate) }),
  }
}

function readTenants(text: string): Tenant[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every(isTenant)) return names
  throw new InvalidArgumentError('A tenant is 1 to 63 of a-z, 0-9, ".", "_", "-", and begins with a letter or digit.')
}

function readScopes(text: string): Scope[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '')
  if (names.length > 0 && names.every(isScope)) return names
  throw new InvalidArgumentError(`Scopes are ${knownScopes.join(', ')}.`)
}

function isScope(name: string): name is Scope {
  return knownScopes.some((scope) => scope === name)
}

function readSeconds(text: string): number {
  const [, digits, unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? []
  if (digits === undefined) throw new InvalidArgumentError('A time is a number and s, m, h or d, such as 12h.')
  return Number(digits) * (secondsOf[unit] ?? 1)
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
