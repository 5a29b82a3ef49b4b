import { hash } from 'node:crypto'

export type Digest = `sha256:${string}`

export function sha256Of(bytes: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes)}`
}

/** The 64 hexadecimal digits of a digest, as content-addressed keys use them. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

export function digestFromHex(hex: string): Digest {
  return `sha256:${hex}`
}

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text)
}
