import { type BundleFileName, bundleFileNamed } from './bundle-file-name.ts'
import { UnionBundleError, type unionBundleProblems } from './union-bundle-errors.ts'

type NameProblem = keyof typeof unionBundleProblems

/** What to call the refusal of a name that no bundle has; the first that fits. */
const refusals: readonly { readonly pattern: RegExp; readonly code: NameProblem; readonly message: string }[] = [
  { pattern: /\p{Cc}/u, code: 'UNION_NAME_INVALID', message: 'has a control character' },
  { pattern: /^(\/|[A-Za-z]:)/, code: 'UNION_PATH_ABSOLUTE', message: 'is an absolute path' },
  { pattern: /\\/, code: 'UNION_PATH_BACKSLASH', message: 'has a backslash' },
  { pattern: /(^|\/)\.\.?(\/|$)/, code: 'UNION_PATH_TRAVERSAL', message: 'leads out of the archive' },
  { pattern: /\/$/, code: 'UNION_ENTRY_NOT_A_FILE', message: 'is a directory' },
  { pattern: /[^A-Za-z0-9._/-]/, code: 'UNION_NAME_INVALID', message: 'has a character that is not allowed' },
]

/** The names of all entries, compared as bytes: a name is one that a bundle can have, said once and in its own case. */
export function checkEntryNames(names: readonly Uint8Array[]): BundleFileName[] {
  const known = names.map((bytes) => checkName(Buffer.from(bytes).toString('latin1')))
  for (const [position, name] of known.entries()) {
    if (known.indexOf(name) !== position) throw refused('UNION_ENTRY_DUPLICATE', name, 'stands there twice')
  }
  const [other] = known.filter((name) => bundleFileNamed(name) === undefined)
  if (other !== undefined) throw misnamed(other)
  return known.flatMap((name) => bundleFileNamed(name) ?? [])
}

function checkName(name: string): string {
  const refusal = refusals.find(({ pattern }) => pattern.test(name))
  if (refusal) throw refused(refusal.code, name, refusal.message)
  return name
}

/** On a disk that knows no case it would be one of ours. */
function misnamed(name: string): UnionBundleError {
  const isInOtherCase = bundleFileNamed(name.toLowerCase()) !== undefined
  return isInOtherCase
    ? refused('UNION_CASE_COLLISION', name, 'is a file of a bundle in another case')
    : refused('UNION_ENTRY_UNKNOWN', name, 'is no file of a bundle')
}

const maxShownName = 64

function refused(code: NameProblem, name: string, message: string): UnionBundleError {
  return new UnionBundleError(code, `the entry ${JSON.stringify(name.slice(0, maxShownName))} ${message}`)
}
