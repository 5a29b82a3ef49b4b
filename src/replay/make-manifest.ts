import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import { digestOfKey } from '../cas/cas-key.ts'
import { blobKey, casUri, parseCasUri } from '../cas/cas-uri.ts'
import type { BlobAccess } from '../facts/blob-access.ts'
import type { FactLimits } from '../facts/compute-fact.ts'
import type { FactBody, LongList } from '../facts/fact.ts'
import type { FactRow } from '../facts/fact-row.ts'
import type { KnownVersion } from '../facts/find-version.ts'
import { readFactBody } from '../facts/read-known-fact.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import type { ScoringOptions, ScoringProfile } from '../scoring/profile.ts'
import { chunkName, evidenceName, factName, graphName, traceName } from './bundle-files.ts'
import { evidenceLine } from './evidence-lines.ts'
import {
  callgraphIdsOf,
  type GatherDeps,
  type GatheredEvidence,
  type GatheredGraph,
  type GatheredInputs,
  gatherInputs,
} from './gather-inputs.ts'
import {
  type BundledFile,
  type GraphInput,
  type ReplayManifest,
  type RequestInput,
  replaySchema,
  sealManifest,
  type TraceInput,
} from './replay-manifest.ts'

export interface MakeManifestDeps extends GatherDeps {
  readonly blobs: (tenant: Tenant) => Pick<BlobAccess, 'readBlob'>
  readonly profile: ScoringProfile
  readonly factLimits: FactLimits
  readonly codeVersion: string
}

/** A manifest with what a bundle needs besides it. */
export interface MadeManifest {
  readonly manifest: ReplayManifest
  readonly inputs: GatheredInputs
  readonly evidence: Buffer
}

/** Names every input of one version of a fact. The same version gives the same manifest, until the service itself is another. */
export async function makeManifest(deps: MakeManifestDeps, row: FactRow, fact: KnownVersion): Promise<MadeManifest> {
  const inputs = await gatherInputs(deps, row, fact.version)
  const blobs = deps.blobs(row.tenant)
  const body = await readFactBody(blobs, fact)
  const evidence = evidenceBytes(inputs)
  const manifest = sealManifest({
    schema: replaySchema,
    subjectKey: row.subjectKey,
    fact: factInput(row.tenant, fact),
    codeVersion: deps.codeVersion,
    scoringProfile: { ...profileOf(deps, body), options: await optionsOf(deps, blobs, body) },
    limits: limitsOf(deps.factLimits),
    reachability: {
      analysisIds: analysisIdsOf(inputs),
      graphs: inputs.graphs.map(graphInput),
      runtimeTraces: inputs.evidence.flatMap(traceInput),
    },
    requests: inputs.evidence.flatMap(requestInput),
    evidenceCount: inputs.evidence.length,
    files: filesOf(inputs, { evidence: sha256Of(evidence), fact: fact.digest, body }),
  })
  return { manifest, inputs, evidence }
}

function evidenceBytes({ evidence }: GatheredInputs): Buffer {
  return Buffer.from(evidence.map(({ record }) => `${evidenceLine(record)}\n`).join(''))
}

function factInput(tenant: Tenant, { version, digest, computedAt }: KnownVersion): ReplayManifest['fact'] {
  const key = blobKey(tenant, 'reachability_facts', digest, '.json.zst')
  return { version, digest, computedAt, casUri: casUri(key), namespace: key.namespace }
}

function limitsOf({ symbols, targets, callgraphs, aliases, listedUnknowns }: FactLimits): ReplayManifest['limits'] {
  return { symbols, targets, callgraphs, aliases, listedUnknowns }
}

function profileOf({ profile }: MakeManifestDeps, { scoringProfile }: FactBody) {
  // The name's type is checked by whoever reads a manifest; a fact has no other names than these.
  return { name: scoringProfile.name as typeof profile.name, digest: scoringProfile.digest }
}

/** The numbers that the fact was scored with: the service may be configured with others by now. */
async function optionsOf(
  { profile }: MakeManifestDeps,
  blobs: Pick<BlobAccess, 'readBlob'>,
  { scoringProfile: { digest } }: FactBody,
): Promise<ScoringOptions | null> {
  if (profile.digest === digest) return profile.options
  const bytes = await blobs.readBlob(digest).catch(() => undefined)
  // Put there by the fold that first used them, and the CAS verifies that these are those bytes.
  return bytes ? (JSON.parse(bytes.toString('utf8')) as ScoringOptions) : null
}

function analysisIdsOf({ evidence }: GatheredInputs): string[] {
  const named = evidence.flatMap(({ record: { payload } }) =>
    'analysisId' in payload && payload.analysisId !== undefined ? [payload.analysisId] : [],
  )
  return [...new Set(named)].sort()
}

function graphInput({ callgraphId, record }: GatheredGraph): GraphInput {
  const { digest, namespace } = record ? archiveOf(record) : { digest: null, namespace: null }
  return {
    callgraphId,
    casUri: record?.casUri ?? null,
    namespace,
    digest,
    graphHash: record?.graphHash ?? null,
    language: record?.language ?? null,
    component: record?.component ?? null,
    version: record?.version ?? null,
    closedWorld: record?.closedWorld ?? null,
    analyzer: record?.analyzer ?? null,
    analysisIds: [...(record?.analysisIds ?? [])],
    recordedAt: record?.createdAt ?? null,
  }
}

function archiveOf({ tenant, casUri: uri }: CallgraphRecord): { digest: Digest | null; namespace: string | null } {
  const key = parseCasUri(tenant, uri)
  return { digest: (key && digestOfKey(key)) ?? null, namespace: key?.namespace ?? null }
}

function traceInput({ record: { evidenceId, recordedAt, payload }, trace }: GatheredEvidence): TraceInput[] {
  if (payload.kind !== 'runtime') return []
  const { callgraphId, source, analysisId } = payload
  return [
    {
      evidenceId,
      casUri: trace ? casUri(trace.key) : null,
      namespace: trace?.key.namespace ?? null,
      digest: trace?.digest ?? null,
      callgraphId,
      source,
      ...(analysisId !== undefined && { analysisId }),
      recordedAt,
    },
  ]
}

function requestInput({ record }: GatheredEvidence): RequestInput[] {
  const { evidenceId, recordedAt, payload } = record
  if (payload.kind === 'runtime') return []
  const analysisId = payload.kind === 'callgraph' ? payload.analysisId : undefined
  return [
    {
      evidenceId,
      kind: payload.kind,
      digest: sha256Of(evidenceLine(record)),
      callgraphIds: [...callgraphIdsOf(record)],
      ...(analysisId !== undefined && { analysisId }),
      recordedAt,
    },
  ]
}

interface FactFiles {
  readonly evidence: Digest
  readonly fact: Digest
  readonly body: FactBody
}

function filesOf({ evidence, graphs }: GatheredInputs, fact: FactFiles): BundledFile[] {
  const graphDigests = graphs.flatMap(({ record }) => (record ? [archiveOf(record).digest] : []))
  const named = new Map<string, Digest>([
    [evidenceName, fact.evidence],
    [factName, fact.fact],
    ...graphDigests.flatMap((digest) => (digest ? [[graphName(digest), digest] as const] : [])),
    ...evidence.flatMap(({ trace }) => (trace ? [[traceName(trace.digest), trace.digest] as const] : [])),
    ...chunksOf(fact.body).map((digest) => [chunkName(digest), digest] as const),
  ])
  return [...named]
    .map(([name, digest]) => ({ name, digest }))
    .sort((one, other) => compareOrdinal(one.name, other.name))
}

function chunksOf({ targets, states, runtimeFacts, contextFacts }: FactBody): Digest[] {
  const lists: readonly LongList<unknown>[] = [targets, states, runtimeFacts, contextFacts.records]
  return lists.flatMap((list) => ('chunks' in list ? list.chunks : []))
}
