import { z } from 'zod'
import { isNetwork } from './possession/networks.ts'

/** Signatures whose key may be known to everybody. Those of a shared secret (`HS…`) and `none` are never taken. */
export const signingAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const

export type SigningAlgorithm = (typeof signingAlgorithms)[number]

const duration = (fallback: number, description: string) => z.int().min(1).default(fallback).describe(description)
const claims = (fallback: string[], description: string) =>
  z.array(z.string().min(1)).min(1).default(fallback).describe(description)
const algorithms = (description: string) =>
  z
    .array(z.enum(signingAlgorithms))
    .min(1)
    .default([...signingAlgorithms])
    .describe(description)
const demanded = (description: string) => z.string().min(1).optional().describe(`${description} Demanded by mode jwt.`)

/** The section `auth` of the configuration. */
export const authSettings = z
  .strictObject({
    mode: z
      .enum(['off', 'jwt'])
      .default('off')
      .describe('Off: the tenant is the header X-Stella-Tenant, or default. Jwt: every request carries a token.'),
    issuer: demanded('The iss of tokens, letter by letter.'),
    audience: demanded('What the aud of tokens is, or has among others.'),
    jwks: z
      .string()
      .min(1)
      .refine(isKeySetPlace, 'is an http(s) URL without credentials, or a path')
      .optional()
      .describe('Key set that tokens are checked with: an http(s) URL, or the path of a file. Demanded by mode jwt.'),
    algorithms: algorithms('Signatures that are taken. Those of a shared secret never are.'),
    scopeClaims: claims(['scope', 'scp'], 'Claims with scopes: a list, or a text with spaces.'),
    tenantClaims: claims(['tenant', 'tenants'], 'Claims with tenants: one, or a list.'),
    jwksTimeoutMs: duration(2_000, 'How long the URL may take to answer.'),
    jwksRefreshMs: duration(300_000, 'How old keys from a URL become before they are fetched again.'),
    jwksCooldownMs: duration(10_000, 'How soon a token of an unknown key has them fetched again, at the earliest.'),
    senderConstraint: z
      .enum(['off', 'ifBound', 'required'])
      .default('ifBound')
      .describe(
        'Off: a token is good whoever sends it. IfBound: its cnf has to be met. Required: and it has to have one.',
      ),
    dpop: z
      .strictObject({
        algorithms: algorithms('Signatures of proofs that are taken.'),
        nonceSecret: z
          .string()
          .min(32, 'is a secret of 32 characters or more')
          .optional()
          .describe(
            'What the nonces that proofs have to hold are made with: the same in all replicas. None are demanded when absent.',
          ),
      })
      .prefault({}),
    mtls: z
      .strictObject({
        proxies: z
          .array(z.string().refine(isNetwork, 'is an address, or a network such as 10.0.0.0/8'))
          .default([])
          .describe('Addresses and networks of proxies that end TLS, and name the certificate of their client.'),
        header: z
          .string()
          .regex(/^[\w-]+$/, 'is the name of a header')
          .default('Client-Cert')
          .describe('The header in which they do. They have to remove it from what clients send.'),
      })
      .prefault({}),
    allowOpenNetwork: z
      .boolean()
      .default(false)
      .describe('Start with authentication off on an address that is not loopback. Whoever reaches it may do all.'),
  })
  .superRefine((auth, context) => {
    if (auth.mode === 'off') return
    for (const key of ['issuer', 'audience', 'jwks'] as const) {
      if (auth[key] === undefined) context.addIssue({ code: 'custom', path: [key], message: 'the mode jwt needs it' })
    }
  })
  .prefault({})

/** Else it is the path of a file. */
export function isKeySetUrl(place: string): boolean {
  return /^https?:\/\//i.test(place)
}

/** Credentials in a URL would end up in the log, with the first error that names it. */
function isKeySetPlace(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return true
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}
