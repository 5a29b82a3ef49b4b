import { graphIndexKey } from '../callgraphs/graph-index-key.ts'
import { casUri, parseCasUri } from '../cas/cas-uri.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { allPages } from '../integrity/all-pages.ts'
import { bundleFileKey } from '../union-bundles/store-bundle.ts'
import { allVersions } from './all-versions.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { addEvidence, addFacts, noContent } from './named-content.ts'

/** Whose rows are looked at: of the subject that is erased they do not count. */
interface Others {
  readonly tenant: Tenant
  readonly except?: string | undefined
}

/** Of everything that the rows of a tenant name, what is asked for. Reads every version of every fact, so it is asked only when needed. */
export async function keptContent(
  deps: ErasureDeps,
  others: Others,
  asked: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  if (asked.size === 0) return new Set()
  const kept = new Set<string>()
  for await (const uri of contentOfRows(deps, others)) if (asked.has(uri)) kept.add(uri)
  return kept
}

async function* contentOfRows(deps: ErasureDeps, others: Others): AsyncGenerator<string> {
  yield* contentOfEvidence(deps, others)
  yield* contentOfFacts(deps, others)
  yield* contentOfGraphs(deps, others)
  yield* contentOfBundles(deps, others)
}

async function* contentOfEvidence({ inventory }: ErasureDeps, { tenant, except }: Others): AsyncGenerator<string> {
  const rows = allPages(
    (after, limit) => inventory.evidence(tenant, after, limit),
    ({ id }) => id,
  )
  for await (const row of rows) {
    if (except !== undefined && row.subjectKey === except) continue
    const named = noContent()
    addEvidence(named, tenant, row)
    yield* [...named.own, ...named.shareable]
  }
}

async function* contentOfFacts(deps: ErasureDeps, { tenant, except }: Others): AsyncGenerator<string> {
  const keys = allPages((after, limit) => deps.inventory.subjectKeys(tenant, after, limit), String)
  for await (const subjectKey of keys) {
    const row = subjectKey === except ? undefined : await deps.facts.peek(tenant, subjectKey)
    if (!row) continue
    const named = noContent()
    const digests = (await allVersions(deps, row)).map(({ digest }) => digest)
    await addFacts(deps, named, { row, digests })
    yield* [...named.own, ...named.shareable]
  }
}

async function* contentOfGraphs({ callgraphs }: ErasureDeps, { tenant }: Others): AsyncGenerator<string> {
  const records = allPages(
    (after, limit) => callgraphs.list(tenant, {}, after, limit),
    ({ callgraphId }) => callgraphId,
  )
  for await (const { casUri: archive, artifactCasUri, manifestCasUri, graphHash } of records) {
    yield* [archive, artifactCasUri, manifestCasUri, casUri(graphIndexKey(tenant, graphHash))]
  }
}

async function* contentOfBundles({ inventory, bundles }: ErasureDeps, { tenant }: Others): AsyncGenerator<string> {
  const ids = allPages((after, limit) => inventory.analysisIds(tenant, after, limit), String)
  for await (const analysisId of ids) {
    const bundle = await bundles.find(tenant, analysisId)
    if (!bundle) continue
    yield casUri(bundleFileKey(tenant, analysisId, 'meta.json'))
    for (const { path } of bundle.files) yield casUri(bundleFileKey(tenant, analysisId, path))
  }
}

/** The keys that URIs mean; what is no URI of ours was never content. */
export function keysOf(tenant: Tenant, uris: Iterable<string>) {
  return [...uris].flatMap((uri) => parseCasUri(tenant, uri) ?? [])
}
