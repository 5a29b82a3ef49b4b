import { z } from 'zod'
import { type Digest, isDigest, sha256Of } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { parseStrictJson } from '../lib/strict-json.ts'
import { profileNames } from '../scoring/profile.ts'

export const replaySchema = 'signals.replay.v1'

const DigestText = z.templateLiteral(['sha256:', z.string()]).refine(isDigest, 'is no digest')
const Count = z.int().nonnegative()
const Bound = z.int().positive()
const Share = z.number().min(0).max(1)

const ScoringOptionsDocument = z.strictObject({
  weights: z.strictObject({
    unreachable: Share,
    entrypoint: Share,
    runtime: Share,
    direct: Share,
    unknown: Share,
  }),
  confidence: z.strictObject({
    reachable: Share,
    unreachable: Share,
    runtimeBonus: Share,
    minimum: Share,
    maximum: Share,
  }),
  unknownsPenaltyCeiling: Share,
  contestUnobserved: z.boolean(),
})

const Analyzer = z.strictObject({
  name: z.string(),
  version: z.string().exactOptional(),
  algorithm: z.string().exactOptional(),
})

const GraphInput = z.strictObject({
  callgraphId: z.string(),
  casUri: z.string().nullable().describe('null when the store no longer knows the graph'),
  namespace: z.string().nullable(),
  digest: DigestText.nullable().describe('of the archive, uncompressed'),
  graphHash: DigestText.nullable(),
  language: z.string().nullable(),
  component: z.string().nullable(),
  version: z.string().nullable(),
  closedWorld: z.boolean().nullable(),
  analyzer: Analyzer.nullable(),
  analysisIds: z.array(z.string()),
  recordedAt: z.string().nullable(),
})

const TraceInput = z.strictObject({
  evidenceId: z.string(),
  casUri: z.string().nullable().describe('null when nothing tells where the trace is'),
  namespace: z.string().nullable(),
  digest: DigestText.nullable().describe('of the archive, uncompressed'),
  callgraphId: z.string(),
  source: z.string(),
  analysisId: z.string().exactOptional(),
  recordedAt: z.string(),
})

const RequestInput = z.strictObject({
  evidenceId: z.string(),
  kind: z.enum(['callgraph', 'recompute', 'unknowns']),
  digest: DigestText.describe('of its line of `evidence.ndjson`, without the line feed'),
  callgraphIds: z.array(z.string()),
  analysisId: z.string().exactOptional(),
  recordedAt: z.string(),
})

const BundledFile = z.strictObject({ name: z.string(), digest: DigestText })

const manifestMembers = {
  schema: z.literal(replaySchema),
  subjectKey: z.string().min(1),
  fact: z.strictObject({
    version: z.int().positive(),
    digest: DigestText,
    casUri: z.string(),
    namespace: z.string(),
    computedAt: z.string(),
  }),
  codeVersion: z.string().describe('of the service that made the manifest'),
  scoringProfile: z.strictObject({
    name: z.enum(profileNames),
    digest: DigestText,
    options: ScoringOptionsDocument.nullable().describe('null when they are not known any more'),
  }),
  limits: z.strictObject({
    symbols: Bound,
    targets: Bound,
    callgraphs: Bound,
    aliases: Bound,
    listedUnknowns: Bound,
  }),
  reachability: z.strictObject({
    analysisIds: z.array(z.string()),
    graphs: z.array(GraphInput).describe('in order of callgraphId'),
    runtimeTraces: z.array(TraceInput).describe('in the order in which they were folded'),
  }),
  requests: z.array(RequestInput).describe('what has no blob of its own, in the order in which it was folded'),
  evidenceCount: Count,
  files: z.array(BundledFile).describe('all that a bundle has besides its manifest, in order of name'),
} as const

/** What a fact was made of, and all that is needed to make it again. */
export const ReplayManifestDocument = z.strictObject({
  ...manifestMembers,
  manifestDigest: DigestText.describe('over the canonical JSON of all other members'),
})

export type ReplayManifest = z.infer<typeof ReplayManifestDocument>
export type UnsealedManifest = Omit<ReplayManifest, 'manifestDigest'>
export type GraphInput = z.infer<typeof GraphInput>
export type TraceInput = z.infer<typeof TraceInput>
export type RequestInput = z.infer<typeof RequestInput>
export type BundledFile = z.infer<typeof BundledFile>

export function sealManifest(manifest: UnsealedManifest): ReplayManifest {
  return { ...manifest, manifestDigest: sealOf(manifest) }
}

export function manifestBytes(manifest: ReplayManifest): Buffer {
  return canonicalBytes(manifest)
}

/** Undefined for bytes that are not exactly those of a sealed manifest: whichever of them was changed. */
export function readManifest(bytes: Buffer): ReplayManifest | undefined {
  const parsed = ReplayManifestDocument.safeParse(jsonOf(bytes))
  if (!parsed.success) return undefined
  const { manifestDigest, ...manifest } = parsed.data
  const isSealed = manifestDigest === sealOf(manifest) && manifestBytes(parsed.data).equals(bytes)
  const { digest, options } = manifest.scoringProfile
  const isProfile = options === null || sha256Of(canonicalBytes(options)) === digest
  return isSealed && isProfile ? parsed.data : undefined
}

function sealOf(manifest: UnsealedManifest): Digest {
  return sha256Of(canonicalBytes(manifest))
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return parseStrictJson(bytes)
  } catch {
    return undefined
  }
}
