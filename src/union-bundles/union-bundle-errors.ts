import { ServiceError } from '../errors.ts'

/** What can be wrong with a ZIP before anybody looks at what is in it. */
const archiveProblems = {
  UNION_NOT_A_ZIP: { status: 422, title: 'The body is no ZIP archive' },
  UNION_ARCHIVE_TRUNCATED: { status: 422, title: 'The archive ends too early' },
  UNION_PREPENDED_BYTES: { status: 422, title: 'Bytes stand before the archive' },
  UNION_TRAILING_BYTES: { status: 422, title: 'Bytes follow the archive' },
  UNION_ZIP64: { status: 422, title: 'The archive is in ZIP64 form, which nothing of its size needs' },
  UNION_ARCHIVE_MALFORMED: { status: 422, title: 'The directory of the archive contradicts the archive' },
  UNION_HEADER_MISMATCH: { status: 422, title: 'An entry is described in two ways' },
  UNION_ENTRIES_OVERLAP: { status: 422, title: 'Two entries share bytes of the archive' },
  UNION_TOO_MANY_ENTRIES: { status: 413, title: 'The archive has more entries than allowed' },
  UNION_TOO_LARGE: { status: 413, title: 'The archive inflates to more than allowed' },
  UNION_RATIO_TOO_HIGH: { status: 413, title: 'An entry inflates to too many times its size' },
} as const

/** What can be wrong with one entry of it. */
const entryProblems = {
  UNION_PATH_TRAVERSAL: { status: 422, title: 'The name of an entry leads out of the archive' },
  UNION_PATH_ABSOLUTE: { status: 422, title: 'The name of an entry is an absolute path' },
  UNION_PATH_BACKSLASH: { status: 422, title: 'The name of an entry has a backslash' },
  UNION_NAME_INVALID: { status: 422, title: 'The name of an entry has characters that are not allowed' },
  UNION_ENTRY_UNKNOWN: { status: 422, title: 'An entry is no file of a bundle' },
  UNION_ENTRY_DUPLICATE: { status: 422, title: 'Two entries have one name' },
  UNION_CASE_COLLISION: { status: 422, title: 'Two names differ in their case only' },
  UNION_ENTRY_NOT_A_FILE: { status: 422, title: 'An entry is a link, a device or a directory' },
  UNION_ENTRY_ENCRYPTED: { status: 422, title: 'An entry is encrypted' },
  UNION_METHOD_UNSUPPORTED: { status: 422, title: 'An entry is compressed by a method other than deflate' },
  UNION_ENTRY_CORRUPT: { status: 422, title: 'An entry does not inflate' },
  UNION_SIZE_MISMATCH: { status: 422, title: 'An entry is not as long as the archive says' },
  UNION_CRC_MISMATCH: { status: 422, title: 'The checksum of an entry is wrong' },
} as const

/** What can be wrong with a bundle whose archive is sound. */
const contentProblems = {
  UNION_META_MISSING: { status: 422, title: 'The bundle has no meta.json' },
  UNION_META_TOO_LARGE: { status: 413, title: 'The meta.json is larger than allowed' },
  UNION_META_MALFORMED: { status: 422, title: 'The meta.json is not strict JSON' },
  UNION_META_INVALID: { status: 422, title: 'The meta.json has a value that is not allowed' },
  UNION_FILE_UNLISTED: { status: 422, title: 'The meta.json does not list a file of the bundle' },
  UNION_FILE_MISSING: { status: 422, title: 'The bundle lacks a file' },
  UNION_DIGEST_MISMATCH: { status: 422, title: 'A file has another digest than the meta.json says' },
  UNION_RECORDS_MISMATCH: { status: 422, title: 'A file has another number of records than the meta.json says' },
  UNION_LINE_INVALID: { status: 422, title: 'A line of the bundle is not usable' },
  UNION_GRAPH_EMPTY: { status: 422, title: 'The graph of the bundle has no nodes' },
} as const

export const unionBundleProblems = {
  ...archiveProblems,
  ...entryProblems,
  ...contentProblems,
  ANALYSIS_ID_INVALID: { status: 400, title: 'The analysis id is not usable' },
  ANALYSIS_ID_IN_USE: { status: 409, title: 'The analysis id belongs to a bundle of other files' },
  UNION_BUNDLE_NOT_FOUND: { status: 404, title: 'There is no such bundle' },
  UNION_FILE_NOT_FOUND: { status: 404, title: 'The bundle has no such file' },
} as const

export class UnionBundleError extends ServiceError<keyof typeof unionBundleProblems> {}

/** A refusal that says in which file of the bundle. */
export function refusedFile(
  file: string,
  code: keyof typeof unionBundleProblems,
  message: string,
  options: ConstructorParameters<typeof ServiceError>[2] = {},
): UnionBundleError {
  return new UnionBundleError(code, `${file}: ${message}`, { ...options, members: { ...options.members, file } })
}
