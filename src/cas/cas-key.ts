import { type Digest, digestFromHex } from '../identifiers/digest.ts'
import { CasError } from './cas-errors.ts'
import type { CasKey } from './cas-store.ts'
import type { StagedBlob } from './staged-blob.ts'

/** S3 allows keys of 1,024 bytes, file systems names of 255: tenant and namespace fit in what is left. */
const maxKeyLength = 900
const maxPartLength = 255

// A part never begins with a dot: no `..`, nothing hidden, and no key can name a file that is still being written.
const partPattern = /^[A-Za-z0-9_][A-Za-z0-9._:-]*$/
const contentPattern = /^([0-9a-f]{2})\/(\1[0-9a-f]{62})\./

export function isKeyText(text: string): boolean {
  return text.length <= maxKeyLength && text.split('/').every(isPart)
}

function isPart(part: string): boolean {
  return part.length <= maxPartLength && partPattern.test(part)
}

/** `<tenant>/<namespace>/<key>`: what every driver stores an object under. */
export function physicalKey({ tenant, namespace, key }: CasKey): string {
  if (!isKeyText(key)) throw new CasError('CAS_KEY_INVALID', 'a content key has a part that is not allowed')
  return `${tenant}/${namespace}/${key}`
}

/** What is stored under a key is compressed exactly when the key says so. */
export function encodingOf({ key }: CasKey): StagedBlob['encoding'] {
  return key.endsWith('.zst') ? 'zstd' : 'identity'
}

/** The digest that a content-addressed key promises; undefined for a named one. */
export function digestOfKey({ key }: CasKey): Digest | undefined {
  const hex = contentPattern.exec(key)?.[2]
  return hex === undefined ? undefined : digestFromHex(hex)
}
