import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { GraphIndex } from '../callgraphs/graph-index.ts'
import type { FactChange } from '../events/fact-updated.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { contextAoc } from '../provenance/context-facts.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import type { BlobAccess } from './blob-access.ts'
import { isChunked, readAllEntries } from './chunked-list.ts'
import type { ComputedLists } from './computed-lists.ts'
import { type ContextFacts, type FactBody, type FactSummary, factSchema, type LongList } from './fact.ts'
import type { FactLedger, Scored, StoredList } from './fact-ledger.ts'
import type { FactRow } from './fact-row.ts'
import type { StoredContext } from './merge-context.ts'
import { type MergedEvidence, mergeEvidence, scoringBasisOf } from './merge-evidence.ts'
import { type KnownFact, readKnownFact } from './read-known-fact.ts'
import { readObserved } from './read-observed.ts'
import { type ScoredSubject, scoreSubject } from './score-subject.ts'
import { type FactScores, factScores } from './state-totals.ts'
import type { SubjectLimits } from './subject-limits.ts'
import { factMetadata, factSummary } from './summarize-fact.ts'
import type { Unknown } from './unknown.ts'
import { writeScored } from './write-scored.ts'
import { writeTouched } from './write-touched.ts'

export interface ComputeFactDeps extends BlobAccess {
  readonly loadIndex: (callgraphId: string) => Promise<GraphIndex>
}

/** All that a fold looks at; plain data, so that it can be handed to a thread. */
export interface FoldInput {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly row: FactRow | undefined
  /** In order of arrival. */
  readonly evidence: readonly Evidence[]
  /** Records of all graphs that the row or the evidence names. */
  readonly callgraphs: readonly CallgraphRecord[]
  readonly profile: ScoringProfile
  readonly nowTimestamp: string
  readonly limits: FactLimits
}

export interface FactLimits extends SubjectLimits {
  /** Unknowns are all counted; so many are kept to be listed. */
  readonly listedUnknowns: number
}

export const defaultFactLimits: FactLimits = {
  symbols: 1_000_000,
  targets: 100_000,
  callgraphs: 1_000,
  aliases: 100,
  listedUnknowns: 100_000,
}

export interface FoldOutput {
  /** The covered members as canonical JSON; in the CAS already when `hasChanged`. */
  readonly body: Buffer
  readonly digest: Digest
  /** False for an unchanged digest, and while what is known of the subject makes no fact yet. */
  readonly hasChanged: boolean
  readonly change: FactChange
  readonly ledger: FactLedger
  readonly summary: FactSummary
  readonly metadata: Readonly<Record<string, string>>
  /** All that the subject has, the row's included. */
  readonly aliases: readonly string[]
}

/** Merges fresh evidence, scores anew where that could change a state, and tells whether the fact became another. */
export async function computeFact(deps: ComputeFactDeps, input: FoldInput): Promise<FoldOutput> {
  const known = await readKnownFact(deps, input.row)
  const mergeDeps = { ...deps, indexOf: indexReader(deps, input.callgraphs) }
  const merged = await mergeEvidence(mergeDeps, { ...input, ...known, aliases: input.row?.aliases ?? [] })
  const computed = await scoreWhereNeeded(deps, input, { known, merged })
  const scores = scoresOf(input, computed.scored)
  const body = canonicalBytes(bodyOf(input, { merged, computed, scores }))
  const digest = sha256Of(body)
  const isFact = input.row?.fact !== undefined || input.evidence.some(makesFact)
  const hasChanged = isFact && digest !== input.row?.fact?.digest
  if (hasChanged) await putCovered(deps, input, { body, known })
  const version = (input.row?.version ?? 0) + (hasChanged ? 1 : 0)
  // Without a fact there are no lists of it, but what is unknown can be listed all the same.
  const ledger = isFact ? ledgerOf(merged, computed) : { ...merged.ledger, unknowns: computed.unknowns }
  return {
    body,
    digest,
    hasChanged,
    change: changeOf(known, computed),
    ledger,
    summary: factSummary({ ...input, version, digest, ...computed, runtimeFacts: merged.runtimeFacts, scores }),
    metadata: factMetadata({ ledger, version, digest }),
    aliases: merged.aliases,
  }
}

/** With the options it was scored with, once: their digest in a fact would tell nobody what they were. */
async function putCovered(
  deps: BlobAccess,
  { profile }: FoldInput,
  { body, known }: { readonly body: Buffer; readonly known: KnownFact },
): Promise<void> {
  if (known.body?.scoringProfile.digest !== profile.digest) await deps.putBlob(canonicalBytes(profile.options))
  await deps.putBlob(body)
}

interface Merge {
  readonly known: KnownFact
  readonly merged: MergedEvidence
}

async function scoreWhereNeeded(
  deps: ComputeFactDeps,
  input: FoldInput,
  { known, merged }: Merge,
): Promise<ComputedLists> {
  const { ledger, unscored } = merged
  const records = recordsInOrder(input.callgraphs, ledger.callgraphIds)
  const callgraphIds = records.map(({ callgraphId }) => callgraphId)
  const basis = sha256Of(scoringBasisOf(ledger, { profile: input.profile, callgraphIds }))
  const previous = known.computed
  const isSameBasis = previous?.scored.basis === basis
  if (isSameBasis && unscored.kind === 'none') return previous
  const subject = await scoredSubjectOf(deps, input, { merged, records })
  const { listedUnknowns } = input.limits
  if (isSameBasis && unscored.kind === 'hits') {
    const { added } = unscored
    const touched = await writeTouched(deps, subject, { previous, basis, added, listedUnknowns })
    if (touched) return touched
  }
  return await writeScored(deps, subject, { previous, basis, listedUnknowns })
}

async function scoredSubjectOf(
  deps: ComputeFactDeps,
  { profile }: FoldInput,
  { merged, records }: Pick<Merge, 'merged'> & { readonly records: readonly CallgraphRecord[] },
): Promise<ScoredSubject> {
  const { ledger } = merged
  return scoreSubject(profile, {
    ...ledger,
    graphs: await Promise.all(
      records.map(async (record) => ({ record, index: await deps.loadIndex(record.callgraphId) })),
    ),
    requested: await readAllEntries(deps, ledger.requested),
    observed: await readObserved(deps, merged.runtimeFacts),
    reportedUnknowns: await readReported(deps, ledger),
  })
}

function scoresOf({ profile }: FoldInput, { totals, unknownsCount }: Scored): FactScores {
  return factScores(totals, { unknownsCount, ceiling: profile.options.unknownsPenaltyCeiling })
}

interface BodyParts {
  readonly merged: MergedEvidence
  readonly computed: ComputedLists
  readonly scores: FactScores
}

/** Members in order, as they are written. */
function bodyOf({ subjectKey, profile }: FoldInput, { merged, computed, scores }: BodyParts): FactBody {
  const { callgraphs, scored } = computed
  return {
    callgraphId: callgraphs[0]?.callgraphId ?? null,
    callgraphs,
    contextFacts: contextFactsOf(merged.context),
    requestedScore: scores.requestedScore,
    runtimeFacts: covered(merged.runtimeFacts),
    schema: factSchema,
    score: scores.score,
    scoringProfile: { digest: profile.digest, name: profile.name },
    states: covered(computed.states),
    subject: merged.ledger.subject,
    subjectKey,
    targets: covered(computed.targets),
    unknownsCount: scored.unknownsCount,
    unknownsPressure: scores.unknownsPressure,
    verdict: scored.totals.verdict,
  }
}

function contextFactsOf({ records, isTruncated }: StoredContext): ContextFacts {
  const { contract, version } = contextAoc
  return { aoc: { contract, version }, records: covered(records), ...(isTruncated && { truncated: true }) }
}

/** A long list stands in the covered body by its chunks. */
function covered<Entry>(list: StoredList<Entry>): LongList<Entry> {
  return isChunked(list) ? { chunks: list.chunks.map(({ digest }) => digest), count: list.count } : list
}

function ledgerOf(
  { ledger, runtimeFacts, context }: MergedEvidence,
  { targets, states, unknowns, scored }: ComputedLists,
): FactLedger {
  const chunked = {
    ...(isChunked(targets) && { targets }),
    ...(isChunked(states) && { states }),
    ...(isChunked(runtimeFacts) && { runtimeFacts }),
    ...(isChunked(context.records) && { contextRecords: context.records }),
  }
  return { ...ledger, chunked, unknowns, scored }
}

/** Entry points, blocked edges and unknowns alone are kept, but make no fact. Source: small print of contracts, 6. */
function makesFact({ payload }: Evidence): boolean {
  switch (payload.kind) {
    case 'callgraph':
    case 'runtime':
      return true
    case 'recompute':
      return (payload.targets ?? []).length > 0 || (payload.callgraphIds ?? []).length > 0
    case 'unknowns':
      return false
  }
}

function changeOf({ computed: before }: KnownFact, { scored }: ComputedLists): FactChange {
  const nothing = sha256Of('')
  const verdicts = before?.scored.totals.verdictsDigest ?? nothing
  return verdicts === scored.totals.verdictsDigest ? 'evidence' : 'verdict'
}

function recordsInOrder(records: readonly CallgraphRecord[], callgraphIds: readonly string[]): CallgraphRecord[] {
  const distinct = new Map(records.map((record) => [record.callgraphId, record]))
  return [...distinct.values()]
    .filter(({ callgraphId }) => callgraphIds.includes(callgraphId))
    .sort((one, other) => compareOrdinal(one.callgraphId, other.callgraphId))
}

function indexReader({ loadIndex }: ComputeFactDeps, records: readonly CallgraphRecord[]) {
  const known = new Set(records.map(({ callgraphId }) => callgraphId))
  return async (callgraphId: string) => (known.has(callgraphId) ? await loadIndex(callgraphId) : undefined)
}

async function readReported(deps: BlobAccess, { reportedUnknowns }: FactLedger): Promise<Unknown[][]> {
  return await Promise.all(
    // Written by an earlier fold as exactly this; the CAS verifies that these are those bytes.
    reportedUnknowns.map(
      async ({ digest }) => JSON.parse(String(Buffer.from(await deps.readBlob(digest)))) as Unknown[],
    ),
  )
}
