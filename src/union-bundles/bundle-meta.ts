import { z } from 'zod'
import { violationsOf } from '../http/violations.ts'
import { type Digest, digestFromHex } from '../identifiers/digest.ts'
import { parseTimestamp } from '../identifiers/timestamp.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { JsonError, type JsonLimits, parseStrictJson } from '../lib/strict-json.ts'
import { refusedFile } from './union-bundle-errors.ts'

const text = z
  .string()
  .trim()
  .min(1)
  .max(512)
  .regex(/^\P{Cc}*$/u, 'must not have control characters')
const optionalText = text.nullish()

const ListedFile = z.looseObject({
  path: z.string().max(512),
  // The prefix is optional, and case says nothing (contracts, small print 5).
  sha256: z.string().regex(/^(sha256:)?[0-9a-f]{64}$/i, 'must be a SHA-256 in hexadecimal'),
  records: z.int().min(0),
})

const Subject = z.strictObject({
  scanId: z.string().nullish(),
  imageDigest: z.string().nullish(),
  component: z.string().nullish(),
  version: z.string().nullish(),
})

/** What a bundle says of itself. Members that nobody here reads are kept: they are the producer's. */
export const BundleMeta = z.looseObject({
  schema: text,
  generated_at: z.string().refine((time) => parseTimestamp(time) !== undefined, 'must be RFC 3339 with an offset'),
  produced_by: z.looseObject({ tool: text, version: text }),
  analysis_id: z.string().nullish(),
  subject: Subject.nullish(),
  entry_points: z.array(z.union([z.string(), z.looseObject({})])).nullish(),
  closed_world: z.boolean().nullish(),
  language: optionalText,
  component: optionalText,
  version: optionalText,
  files: z.array(ListedFile).max(64),
})

export type BundleMeta = z.infer<typeof BundleMeta>

export interface ListedFile {
  readonly path: string
  readonly sha256: Digest
  readonly records: number
}

/** `meta.json` as it was sent. */
export function parseMeta(bytes: Buffer, limits: JsonLimits): BundleMeta {
  const parsed = BundleMeta.safeParse(strictJson(bytes, limits))
  if (parsed.success) return parsed.data
  const violations = violationsOf(parsed.error.issues)
  const message = violations[0]?.message ?? 'is not valid'
  throw refusedFile('meta.json', 'UNION_META_INVALID', message, { violations })
}

function strictJson(bytes: Buffer, limits: JsonLimits): unknown {
  try {
    return parseStrictJson(bytes, limits)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const { message, violations } = error
    const options = { cause: error, violations: violations.length > 0 ? violations : [{ code: error.code, message }] }
    throw refusedFile('meta.json', 'UNION_META_MALFORMED', message, options)
  }
}

/** The files that it lists, in order of their paths, with digests as we write them. */
export function listedFilesOf({ files }: BundleMeta): ListedFile[] {
  return files
    .map(({ path, sha256, records }) => ({ path, sha256: digestOf(sha256), records }))
    .sort((one, other) => compareOrdinal(one.path, other.path))
}

function digestOf(said: string): Digest {
  return digestFromHex(said.toLowerCase().replace('sha256:', ''))
}

/** How it is stored: its members in canonical order, its id settled, its files in order; ended by a line feed. */
export function canonicalMeta(meta: BundleMeta, analysisId: string): string {
  const extras = new Map(meta.files.map((file) => [file.path, file]))
  const files = listedFilesOf(meta).map((file) => ({ ...extras.get(file.path), ...file }))
  return `${canonicalJson({ ...meta, analysis_id: analysisId, files })}\n`
}
