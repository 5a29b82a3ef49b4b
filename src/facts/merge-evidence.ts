import type { GraphIndex } from '../callgraphs/graph-index.ts'
import type { Evidence, RuntimeEvidence, SymbolHits, UnknownsEvidence } from '../evidence/evidence.ts'
import { mergeHits } from '../evidence/symbol-hits.ts'
import { canonicalBytes, canonicalJson } from '../lib/canonical-json.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import type { BlobAccess } from './blob-access.ts'
import { boundHits } from './bound-hits.ts'
import { boundAliases, boundCallgraphs } from './bound-names.ts'
import { cutList, entryCountOf, type Upserted, upsertEntries } from './chunked-list.ts'
import { cleanName } from './clean-name.ts'
import type { RuntimeFact } from './fact.ts'
import type { FactLedger, ReportedUnknownsIndex, RequestedName, StoredList } from './fact-ledger.ts'
import { mergeContext, type StoredContext } from './merge-context.ts'
import { mergeLedger } from './merge-ledger.ts'
import type { ObservedSymbol } from './place-targets.ts'
import type { SubjectLimits } from './subject-limits.ts'
import { reportedUnknown, unknownKeyOf } from './unknown.ts'

export interface MergeDeps extends BlobAccess {
  /** Undefined where the store knows no such graph: then its names stay names. */
  readonly indexOf: (callgraphId: string) => Promise<GraphIndex | undefined>
}

export interface Merging {
  readonly ledger: FactLedger | undefined
  readonly aliases: readonly string[]
  readonly runtimeFacts: StoredList<RuntimeFact>
  readonly context: StoredContext
  readonly evidence: readonly Evidence[]
  readonly limits: SubjectLimits
}

export interface MergedEvidence {
  readonly ledger: FactLedger
  readonly aliases: readonly string[]
  readonly runtimeFacts: StoredList<RuntimeFact>
  readonly context: StoredContext
  readonly unscored: Unscored
}

/** Names that the states do not know yet: all of them may change, or only those that first hits of these names touch. */
export type Unscored =
  | { readonly kind: 'none' | 'any' }
  | { readonly kind: 'hits'; readonly added: readonly ObservedSymbol[] }

/** Folds fresh evidence into what is known. The result depends on what came, never on its order or batching. */
export async function mergeEvidence(deps: MergeDeps, merging: Merging): Promise<MergedEvidence> {
  const named = boundCallgraphs(mergeLedger(merging.ledger, merging.evidence), merging.limits)
  const { ledger } = named
  const { aliases, isCut } = boundAliases(merging.aliases, merging.evidence, merging.limits.aliases)
  const reportedUnknowns = await mergeReported(deps, ledger.reportedUnknowns, merging.evidence)
  const requested = await mergeRequested(deps, ledger.requested, merging)
  const runtimeFacts = await mergeRuntimeFacts(deps, merging)
  const exceededLimits = new Set([
    ...ledger.exceededLimits,
    ...(runtimeFacts.isCut ? ['symbols'] : []),
    ...(requested.isCut ? ['targets'] : []),
    ...(named.isCut ? ['callgraphs'] : []),
    ...(isCut ? ['aliases'] : []),
  ])
  return {
    ledger: { ...ledger, reportedUnknowns, requested: requested.list, exceededLimits: [...exceededLimits].sort() },
    aliases,
    runtimeFacts: runtimeFacts.list,
    context: await mergeContext(deps, merging),
    unscored: unscoredOf(requested, runtimeFacts),
  }
}

function unscoredOf(
  requested: Pick<Upserted<RequestedName>, 'added' | 'changed'>,
  { firstHits, isCut }: { readonly firstHits: readonly ObservedSymbol[]; readonly isCut: boolean },
): Unscored {
  if (requested.added > 0 || requested.changed > 0) return { kind: 'any' }
  if (firstHits.length === 0) return { kind: 'none' }
  return isCut ? { kind: 'any' } : { kind: 'hits', added: firstHits }
}

const requestedShape = {
  keyOf: ({ name }: RequestedName) => name,
  merge: (previous: RequestedName, fresh: RequestedName) => (fresh.namedWith < previous.namedWith ? fresh : previous),
}

async function mergeRequested(deps: BlobAccess, list: StoredList<RequestedName>, { evidence, limits }: Merging) {
  const fresh = new Map<string, RequestedName>()
  for (const { targets, namedWith } of evidence.map(requestOf)) {
    for (const name of targets.map(cleanName)) {
      const before = fresh.get(name)
      const entry = { name, namedWith }
      if (name !== '') fresh.set(name, before ? requestedShape.merge(before, entry) : entry)
    }
  }
  const upserted = await upsertEntries(deps, requestedShape, { list, fresh: inOrder(requestedShape.keyOf, fresh) })
  return await cut(deps, requestedShape.keyOf, upserted, limits.targets)
}

function requestOf({ payload }: Evidence): { targets: readonly string[]; namedWith: string } {
  switch (payload.kind) {
    case 'callgraph':
      return { targets: payload.targets, namedWith: payload.callgraphId }
    case 'recompute':
      return { targets: payload.targets ?? [], namedWith: (payload.callgraphIds ?? []).toSorted()[0] ?? '' }
    case 'runtime':
    case 'unknowns':
      return { targets: [], namedWith: '' }
  }
}

export function runtimeFactKey({ callgraphId, symbolId }: { callgraphId: string; symbolId: string }): string {
  return `${callgraphId}\0${symbolId}`
}

function addHits(fact: RuntimeFact, hits: SymbolHits): RuntimeFact {
  // Members in ordinal order: canonical JSON is written of them at once.
  const { buildIds, ...others } = boundHits(mergeHits(fact, hits))
  return { buildIds, callgraphId: fact.callgraphId, ...others }
}

async function mergeRuntimeFacts(deps: MergeDeps, { runtimeFacts, evidence, limits }: Merging) {
  const fresh = new Map<string, RuntimeFact>()
  for (const { payload } of evidence) {
    if (payload.kind === 'runtime') await addBatch(deps, fresh, payload)
  }
  const known = new Set<string>()
  const merge = (before: RuntimeFact, hits: RuntimeFact): RuntimeFact => {
    known.add(runtimeFactKey(before))
    return addHits(before, hits)
  }
  const shape = { keyOf: runtimeFactKey, merge }
  const upserted = await upsertEntries(deps, shape, { list: runtimeFacts, fresh: inOrder(runtimeFactKey, fresh) })
  const firstHits = [...fresh].flatMap(([key, hit]) => (known.has(key) ? [] : [hit]))
  return { ...(await cut(deps, runtimeFactKey, upserted, limits.symbols)), firstHits }
}

/** Hits belong to the graph that their batch names, and that graph never changes: so they are resolved once, here. */
async function addBatch(deps: MergeDeps, fresh: Map<string, RuntimeFact>, batch: RuntimeEvidence): Promise<void> {
  const { callgraphId } = batch
  const index = await deps.indexOf(callgraphId)
  for (const hits of await hitsOf(deps, batch)) {
    const name = cleanName(hits.symbolId)
    const found = index?.resolve(name)
    const symbolId = index && found?.kind === 'node' ? index.idOf(found.node) : name
    const key = runtimeFactKey({ callgraphId, symbolId })
    const before = fresh.get(key) ?? { callgraphId, symbolId, hitCount: 0 }
    fresh.set(key, addHits(before, hits))
  }
}

async function hitsOf(deps: BlobAccess, { hits, hitsDigest }: RuntimeEvidence): Promise<readonly SymbolHits[]> {
  if (hitsDigest === undefined) return hits
  // Written by our own ingest from checked events, and the CAS verifies that these are those bytes.
  return JSON.parse(Buffer.from(await deps.readBlob(hitsDigest)).toString('utf8')) as SymbolHits[]
}

async function mergeReported(
  deps: BlobAccess,
  before: readonly ReportedUnknownsIndex[],
  evidence: readonly Evidence[],
): Promise<readonly ReportedUnknownsIndex[]> {
  const latest = new Map<string, UnknownsEvidence>()
  for (const { payload } of evidence) if (payload.kind === 'unknowns') latest.set(payload.source, payload)
  const bySource = new Map(before.map((reported) => [reported.source, reported]))
  for (const [source, { unknowns }] of latest) {
    const entries = new Map(
      unknowns.flatMap((posted) => {
        const unknown = reportedUnknown(source, posted)
        return unknown ? [[unknownKeyOf(unknown), unknown] as const] : []
      }),
    )
    const digest = await deps.putBlob(canonicalBytes(inOrder(unknownKeyOf, entries)))
    bySource.set(source, { source, digest, count: entries.size })
  }
  return inOrder(({ source }) => source, bySource)
}

function inOrder<Entry>(keyOf: (entry: Entry) => string, entries: ReadonlyMap<string, Entry>): Entry[] {
  return [...entries.values()].sort((one, other) => compareOrdinal(keyOf(one), keyOf(other)))
}

/** Whoever is at a limit is refused at ingest; what slips past in between must not keep the subject's queue from moving. */
async function cut<Entry>(
  deps: BlobAccess,
  keyOf: (entry: Entry) => string,
  upserted: Upserted<Entry>,
  limit: number,
): Promise<Upserted<Entry> & { readonly isCut: boolean }> {
  const isCut = entryCountOf(upserted.list) > limit
  return { ...upserted, isCut, list: await cutList(deps, keyOf, { list: upserted.list, limit }) }
}

/** What a change of makes all states be scored anew, besides new names. */
export function scoringBasisOf(ledger: FactLedger, graphs: ScoringBasis): string {
  const { entryPoints, blockedEdges, watchedCallgraphIds, reportedUnknowns } = ledger
  return canonicalJson({ ...graphs, entryPoints, blockedEdges, watchedCallgraphIds, reportedUnknowns })
}

interface ScoringBasis {
  readonly profile: ScoringProfile
  readonly callgraphIds: readonly string[]
}
