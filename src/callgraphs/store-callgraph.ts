import { blobKey, casUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import { sha256Of } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { AnalyzedCallgraph } from './analyze-callgraph.ts'
import { callgraphSchema } from './callgraph.ts'
import { callgraphIdOf } from './callgraph-id.ts'
import { manifestOf } from './callgraph-manifest.ts'
import type { CallgraphRecord } from './callgraph-record.ts'
import type { CallgraphRepository } from './callgraph-repository.ts'
import type { CallgraphUpload } from './callgraph-upload.ts'
import { graphIndexKey } from './graph-index-key.ts'

export interface StoreCallgraphDeps {
  readonly content: Content
  readonly callgraphs: CallgraphRepository
  readonly clock: Clock
}

/** An upload, as it was received and as what it turned out to be; all of it staged, nothing stored. */
export interface AnalyzedUpload {
  readonly upload: Omit<CallgraphUpload, 'content'>
  readonly artifact: StagedBlob
  readonly analyzed: AnalyzedCallgraph
}

export interface StoredCallgraph {
  readonly record: CallgraphRecord
  readonly status: 'created' | 'unchanged'
}

/** Everything that the record names is in the CAS before the record is. The first record of a graph stays. */
export async function storeCallgraph(deps: StoreCallgraphDeps, analyzed: AnalyzedUpload): Promise<StoredCallgraph> {
  const record = await storeContent(deps, analyzed)
  const status = await deps.callgraphs.upsert(record)
  const stored = await deps.callgraphs.find(record.tenant, record.callgraphId)
  return { record: stored ?? record, status }
}

/** An id that was given, else the one that the graph of a component always has. */
export function callgraphIdFor(
  { callgraphId, component, version }: AnalyzedUpload['upload'],
  { graphHash, language }: AnalyzedCallgraph,
): string {
  return callgraphId ?? callgraphIdOf({ component, graphHash, language, version })
}

async function storeContent(deps: StoreCallgraphDeps, stored: AnalyzedUpload): Promise<CallgraphRecord> {
  const { upload, artifact, analyzed } = stored
  const { tenant } = upload
  const artifactKey = blobKey(tenant, 'artifacts', artifact.digest, '.zst')
  const archiveKey = blobKey(tenant, 'reachability_graphs', analyzed.archive.digest, '.tar.zst')
  await deps.content.putStaged(artifactKey, artifact)
  await deps.content.putStaged(archiveKey, analyzed.archive)
  await deps.content.putStaged(graphIndexKey(tenant, analyzed.graphHash), analyzed.index)
  const graph = describe(deps, stored, { artifactCasUri: casUri(artifactKey), casUri: casUri(archiveKey) })
  const manifestKey = { tenant, namespace: 'manifests', key: `${graph.callgraphId}.json` } as const
  await deps.content.putNamed(manifestKey, canonicalBytes(manifestOf(graph)))
  // The first manifest of a graph stays, whoever wrote it: the hash is that of what stands there.
  const manifestHash = sha256Of(await deps.content.readNamed(manifestKey))
  return { ...graph, manifestHash, manifestCasUri: casUri(manifestKey) }
}

function describe(
  deps: StoreCallgraphDeps,
  { upload, artifact, analyzed }: AnalyzedUpload,
  stored: Pick<CallgraphRecord, 'artifactCasUri' | 'casUri'>,
): Omit<CallgraphRecord, 'manifestHash' | 'manifestCasUri'> {
  const { tenant, component, version, analyzer, analysisId, subject, metadata, root } = upload
  const { graphHash, format, language, closedWorld, nodeCount, edgeCount, externalCount, entryPoints, dropped } =
    analyzed
  return {
    tenant,
    callgraphId: callgraphIdFor(upload, analyzed),
    graphHash,
    artifactHash: artifact.digest,
    ...stored,
    schemaVersion: callgraphSchema,
    format,
    ...(root !== undefined && { root }),
    language,
    component,
    version,
    closedWorld,
    nodeCount,
    edgeCount,
    entryPointCount: entryPoints.length,
    externalCount,
    dropped,
    entryPoints: entryPoints.slice(0, 1000),
    ...(analyzer && { analyzer }),
    analysisIds: analysisId === undefined ? [] : [analysisId],
    subjectKeys: subject ? [subject.subjectKey] : [],
    ...(metadata && { metadata }),
    createdAt: timestampOf(deps.clock()),
  }
}
