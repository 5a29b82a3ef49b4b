import { z } from 'zod'
import type { IdentifiedSubject } from '../identifiers/subject.ts'
import type { Tenant } from '../identifiers/tenant.ts'

/** A graph on its way in, whichever of the two ways it came. */
export interface CallgraphUpload {
  readonly tenant: Tenant
  /** Where it is to have another id than that of its content: a bundle's graph has the analysis id. */
  readonly callgraphId?: string
  /** Absent: the only one that its nodes name, else `binary`. */
  readonly language?: string
  readonly component: string
  readonly version: string
  readonly format: string
  readonly root?: string
  readonly closedWorld: boolean
  readonly entryPoints: readonly string[]
  readonly targets: readonly string[]
  readonly analyzer?: { readonly name: string; readonly version?: string; readonly algorithm?: string }
  readonly analysisId?: string
  readonly subject?: IdentifiedSubject
  readonly metadata?: Readonly<Record<string, string>>
  readonly content: AsyncIterable<Uint8Array>
}

/** Stands in ids, lists and log lines, so nothing in it may move a cursor or end a line. */
const name = z
  .string()
  .trim()
  .min(1)
  .max(512)
  .regex(/^\P{Cc}*$/u, 'must not have control characters')
const symbolName = z.string().trim().min(1).max(4096)
/** Declared beside the graph; an analyser that knows more of them says so in the graph itself. */
const maxEntryPoints = 10_000
const analysisId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{7,127}$/)

/** RFC-free text pairs that travel with a graph; limits of contracts, 12. */
export const metadataSchema = z
  .record(z.string().max(128), z.string().max(1024))
  .refine((entries) => Object.keys(entries).length <= 64, 'at most 64 members')

const subjectSchema = z.strictObject({
  scanId: z.string().nullish(),
  imageDigest: z.string().nullish(),
  component: z.string().nullish(),
  version: z.string().nullish(),
})

/** The JSON envelope (contracts, 3): one document that carries the graph in base64. */
export const callgraphEnvelope = z.strictObject({
  language: name,
  component: name,
  version: name,
  artifactFileName: z.string().max(512).nullish(),
  artifactContentType: z.string().max(256).nullish(),
  artifactContentBase64: z.string(),
  format: z.string().nullish(),
  root: z.string().max(4096).nullish(),
  metadata: metadataSchema.nullish(),
  analyzer: z
    .strictObject({ name: name, version: z.string().max(512).nullish(), algorithm: z.string().max(512).nullish() })
    .nullish(),
  entryPoints: z.array(symbolName).max(maxEntryPoints).nullish(),
  analysisId: analysisId.nullish(),
  subject: subjectSchema.nullish(),
  targets: z.array(symbolName).nullish(),
  closedWorld: z.boolean().nullish(),
})

export type CallgraphEnvelope = z.infer<typeof callgraphEnvelope>

/** For readers of the OpenAPI document: the stream is told apart by the query. */
export const callgraphBody = z
  .union([callgraphEnvelope, z.string().describe('the graph itself, in one of the formats')])
  .describe('A JSON envelope that holds the graph; where the query names a language, the graph itself')

const repeatable = z
  .union([symbolName, z.array(symbolName)])
  .transform((value) => (Array.isArray(value) ? value : [value]))

/** The same fields as query parameters, for a graph that is the body itself. A request with `language` here is raw. */
export const callgraphQuery = z.strictObject({
  language: name.optional(),
  component: name.optional(),
  version: name.optional(),
  format: z.string().optional(),
  root: z.string().max(4096).optional(),
  analyzer: name.optional(),
  analyzerVersion: z.string().max(512).optional(),
  algorithm: z.string().max(512).optional(),
  entryPoint: repeatable.refine((ids) => ids.length <= maxEntryPoints, 'at most 10,000').optional(),
  target: repeatable.optional(),
  scanId: z.string().optional(),
  imageDigest: z.string().optional(),
  subjectComponent: z.string().optional(),
  subjectVersion: z.string().optional(),
  analysisId: analysisId.optional(),
  artifactFileName: z.string().max(512).optional(),
  closedWorld: z.enum(['true', 'false']).optional(),
})

export type CallgraphQuery = z.infer<typeof callgraphQuery>

export const analysisIdSchema = analysisId
