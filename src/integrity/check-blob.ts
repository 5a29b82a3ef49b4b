import { CasError } from '../cas/cas-errors.ts'
import { digestOfKey } from '../cas/cas-key.ts'
import type { CasKey } from '../cas/cas-store.ts'
import { casUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { Digest } from '../identifiers/digest.ts'
import { type Finding, finding } from './finding.ts'

/**
 * Reads all of an object, and compares it with the digest that its key, or a row, promises. One that is not there is
 * nothing to be found here: whoever names it misses it.
 */
export async function checkBlob(
  content: Pick<Content, 'readStream'>,
  key: CasKey,
  expected: Digest | undefined = digestOfKey(key),
): Promise<Finding[]> {
  try {
    for await (const _piece of content.readStream(key, expected));
    return []
  } catch (error) {
    if (isCasError(error, 'CAS_NOT_FOUND')) return []
    if (!isCasError(error, 'CAS_CORRUPT')) throw error
    return [corruptBlob(key, error.message, expected)]
  }
}

export function isCasError(error: unknown, code: CasError['code']): error is CasError {
  return error instanceof CasError && error.code === code
}

function corruptBlob(key: CasKey, what: string, expected: Digest | undefined): Finding {
  const told = { tenant: key.tenant, where: casUri(key), what, damaged: key }
  return finding('corrupt-blob', expected === undefined ? told : { ...told, expected })
}
