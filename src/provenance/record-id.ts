import { createHash } from 'node:crypto'
import { sha256Of } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'

/** Drawn once at random; another one would give every record another id. */
const namespace = Buffer.from('6f1d7c0a4b0e4d6fa5c63c9f0f2e8b71', 'hex')

/**
 * A UUID that says nothing but what the content is: version 5 (RFC 9562, 5.5) over the content's digest. SHA-1 sees only
 * the digest, so nobody can build two contents with one id out of its known collisions.
 */
export function contentUuid(content: unknown): string {
  const bytes = createHash('sha1')
    .update(namespace)
    .update(sha256Of(canonicalBytes(content)))
    .digest()
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
