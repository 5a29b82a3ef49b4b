import { hexOf, sha256Of } from '../identifiers/digest.ts'
import type { BlobAccess } from './blob-access.ts'
import { readChunk } from './chunked-list.ts'
import { differingEntries } from './differing-entries.ts'
import type { FactBody, FactState, LongList, RuntimeFact, Verdict } from './fact.ts'
import type { FactRow } from './fact-row.ts'
import type { KnownVersion } from './find-version.ts'
import type { KeyOf } from './merge-entries.ts'
import { runtimeFactKey } from './merge-evidence.ts'
import { readFactBody } from './read-known-fact.ts'
import { stateKeyOf } from './write-scored.ts'

/** One side of a comparison. */
export interface ComparedVersion {
  readonly version: number
  readonly digest: string
  readonly computedAt: string
  readonly verdict: Verdict
  readonly score: number
  readonly requestedScore: number | null
}

/** What a person compares of a state; the path is the witness. */
export type StateThen = Pick<FactState, 'verdict' | 'bucket' | 'score' | 'reasons' | 'path'>

interface OfTarget {
  readonly callgraphId: string
  readonly target: string
}

export interface VerdictChange extends OfTarget {
  /** Null where there was no state of the target in that graph. */
  readonly before: StateThen | null
  readonly after: StateThen | null
}

export interface ScoreChange extends OfTarget {
  readonly before: number
  readonly after: number
}

export type NewRuntimeSymbol = Pick<RuntimeFact, 'callgraphId' | 'symbolId' | 'hitCount'>

/** The first of each list, and how many there are. */
export interface FactDiff {
  readonly subjectKey: string
  readonly from: ComparedVersion
  readonly to: ComparedVersion
  readonly verdictChanges: readonly VerdictChange[]
  readonly verdictChangesTotal: number
  readonly scoreChanges: readonly ScoreChange[]
  readonly scoreChangesTotal: number
  readonly newRuntimeSymbols: readonly NewRuntimeSymbol[]
  readonly newRuntimeSymbolsTotal: number
}

export interface VersionPair {
  readonly from: KnownVersion
  readonly to: KnownVersion
}

type Blobs = Pick<BlobAccess, 'readBlob'>

const shownChanges = 1_000

export function diffETag({ from, to }: VersionPair): string {
  return `${from.version}-${to.version}-${hexOf(sha256Of(from.digest + to.digest)).slice(0, 32)}`
}

/** What became of a fact between two of its versions. Chunks that both have are not read: the cost grows with the change. */
export async function diffFacts(blobs: Blobs, { subjectKey }: FactRow, pair: VersionPair): Promise<FactDiff> {
  const before = await readFactBody(blobs, pair.from)
  const after = await readFactBody(blobs, pair.to)
  const { verdicts, scores } = await stateChanges(blobs, before, after)
  const symbols = await newRuntimeSymbols(blobs, before, after)
  return {
    subjectKey,
    from: comparedVersion(pair.from, before),
    to: comparedVersion(pair.to, after),
    verdictChanges: verdicts.first,
    verdictChangesTotal: verdicts.total,
    scoreChanges: scores.first,
    scoreChangesTotal: scores.total,
    newRuntimeSymbols: symbols.first,
    newRuntimeSymbolsTotal: symbols.total,
  }
}

function comparedVersion({ version, digest, computedAt }: KnownVersion, body: FactBody): ComparedVersion {
  const { verdict, score, requestedScore } = body
  return { version, digest, computedAt, verdict, score, requestedScore }
}

async function stateChanges(blobs: Blobs, before: FactBody, after: FactBody) {
  const verdicts = new Changes<VerdictChange>()
  const scores = new Changes<ScoreChange>()
  for await (const { before: was, after: is } of differing(blobs, stateKeyOf, before.states, after.states)) {
    const state = is ?? was
    if (!state) continue
    const { callgraphId, target } = state
    if (was?.verdict !== is?.verdict) {
      verdicts.add({ callgraphId, target, before: was ? stateThen(was) : null, after: is ? stateThen(is) : null })
    } else if (was && is && was.score !== is.score) {
      scores.add({ callgraphId, target, before: was.score, after: is.score })
    }
  }
  return { verdicts, scores }
}

function stateThen({ verdict, bucket, score, reasons, path }: FactState): StateThen {
  return { verdict, bucket, score, reasons, path }
}

async function newRuntimeSymbols(blobs: Blobs, before: FactBody, after: FactBody): Promise<Changes<NewRuntimeSymbol>> {
  const symbols = new Changes<NewRuntimeSymbol>()
  for await (const { before: was, after: is } of differing(
    blobs,
    runtimeFactKey,
    before.runtimeFacts,
    after.runtimeFacts,
  )) {
    if (!was && is) symbols.add({ callgraphId: is.callgraphId, symbolId: is.symbolId, hitCount: is.hitCount })
  }
  return symbols
}

function differing<Entry>(blobs: Blobs, keyOf: KeyOf<Entry>, before: LongList<Entry>, after: LongList<Entry>) {
  const readEntries = async (digest: KnownVersion['digest']) => await readChunk<Entry>(blobs, { digest })
  return differingEntries(keyOf, { list: before, readChunk: readEntries }, { list: after, readChunk: readEntries })
}

/** Counts all and keeps the first. */
class Changes<Change> {
  readonly first: Change[] = []
  total = 0

  add(change: Change): void {
    this.total += 1
    if (this.first.length < shownChanges) this.first.push(change)
  }
}
