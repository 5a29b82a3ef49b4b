import { hash, X509Certificate } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { z } from 'zod'

const Key = z.looseObject({ kty: z.enum(['EC', 'RSA', 'OKP'], 'is no key of a pair') })
const KeySet = z.looseObject({ keys: z.tuple([Key], 'holds several keys, or none') })

/** The RFC 7638 thumbprint of a key, private or public, as a JWK or alone in a key set: `cnf.jkt`. */
export async function thumbprintOfKey(text: string): Promise<string> {
  const document: unknown = JSON.parse(text)
  const isSet = typeof document === 'object' && document !== null && 'keys' in document
  const key: JWK = isSet ? KeySet.parse(document).keys[0] : Key.parse(document)
  return await calculateJwkThumbprint(key)
}

/** The RFC 8705 thumbprint of a certificate in PEM: `cnf.x5t#S256`. Of a chain it is the first, the client's own. */
export function thumbprintOfCertificate(pem: string): string {
  return hash('sha256', new X509Certificate(pem).raw, 'base64url')
}
