import { casUri } from '../cas/cas-uri.ts'
import type { FactUpdated } from '../events/fact-updated.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { isErasedRow, newRow } from '../facts/erased-row.ts'
import type { FactRow } from '../facts/fact-row.ts'
import { allPages } from '../integrity/all-pages.ts'
import type { ListedFileName } from '../union-bundles/bundle-file-name.ts'
import { bundleFileKey } from '../union-bundles/store-bundle.ts'
import type { UnionBundleRecord } from '../union-bundles/union-bundle-record.ts'
import { allVersions } from './all-versions.ts'
import type { Erasure } from './erasure.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { addEvidence, addFacts, type NamedContent, noContent } from './named-content.ts'

/** Everything that is there of a subject. */
export interface Holdings {
  readonly row: FactRow
  readonly isErased: boolean
  readonly versions: readonly number[]
  readonly evidenceIds: readonly string[]
  readonly events: readonly FactUpdated[]
  readonly deadEventIds: readonly string[]
  readonly bundles: readonly UnionBundleRecord[]
  readonly content: NamedContent
  /** Erasures that did not come to their end, or left content. */
  readonly open: readonly Erasure[]
}

const factsFile = 'facts_runtime.ndjson'

/** Undefined for a subject that nobody has ever named. */
export async function holdingsOf(deps: ErasureDeps, subject: PendingSubject): Promise<Holdings | undefined> {
  const { tenant, subjectKey } = subject
  const evidence = await evidenceOf(deps, subject)
  const [firstNaming] = evidence
  const stored = await deps.facts.find(tenant, subjectKey)
  const row = stored ?? (firstNaming?.subject && newRow(tenant, subjectKey, firstNaming.subject))
  if (!row) return undefined
  const versions = await allVersions(deps, subject)
  const bundles = await bundlesOf(deps, subject)
  const open = await deps.erasures.open(subject)
  const content = noContent()
  for (const each of evidence) addEvidence(content, tenant, each)
  await addFacts(deps, content, { row, digests: versions.map(({ digest }) => digest) })
  for (const { analysisId } of bundles) content.own.add(casUri(bundleFileKey(tenant, analysisId, factsFile)))
  for (const { left } of open) {
    for (const uri of left.own) content.own.add(uri)
    for (const uri of left.shareable) content.shareable.add(uri)
  }
  return {
    row,
    isErased: isErasedRow(row),
    versions: versions.map(({ version }) => version),
    evidenceIds: evidence.map(({ id }) => id),
    events: await eventsOf(deps, row),
    deadEventIds: await deadLettersOf(deps, subject),
    bundles,
    content,
    open,
  }
}

async function evidenceOf({ queue }: ErasureDeps, subject: PendingSubject): Promise<Evidence[]> {
  const rows = allPages(
    (after, limit) => queue.ofSubject(subject, after, limit),
    ({ id }) => id,
  )
  return await Array.fromAsync(rows)
}

/** Those of the log that still tell something. */
export async function eventsOf({ eventLog }: ErasureDeps, { tenant, subjectKey, version }: FactRow) {
  const found: FactUpdated[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await eventLog.page(tenant, cursor, 500)
    if (nextCursor === undefined) return found
    cursor = nextCursor
    const own = items.filter((event) => event.subject_key === subjectKey && event.fact_version <= version)
    found.push(...own.filter(({ summary }) => summary.erased !== true))
  }
}

async function deadLettersOf({ deadLetters }: ErasureDeps, { tenant, subjectKey }: PendingSubject): Promise<string[]> {
  const found: string[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await deadLetters.page(tenant, cursor, 500)
    found.push(
      ...items.map(({ event }) => event).flatMap((event) => (event.subject_key === subjectKey ? [event.event_id] : [])),
    )
    if (nextCursor === undefined) return found
    cursor = nextCursor
  }
}

/** Those whose runtime facts are about the subject, while they have them. */
async function bundlesOf(
  { inventory, bundles }: ErasureDeps,
  { tenant, subjectKey }: PendingSubject,
): Promise<UnionBundleRecord[]> {
  const found: UnionBundleRecord[] = []
  for await (const id of allPages((after, limit) => inventory.analysisIds(tenant, after, limit), String)) {
    const bundle = await bundles.find(tenant, id)
    if (bundle?.answer?.['subjectKey'] === subjectKey) found.push(bundle)
  }
  return found
}

/** A bundle without what it holds of its subject: its graph stays, and so does its id. */
export function withoutSubject(bundle: UnionBundleRecord): UnionBundleRecord {
  const { subjectKey: _subjectKey, runtimeFacts: _runtimeFacts, receiptId: _receiptId, ...answer } = bundle.answer ?? {}
  const files = bundle.files.filter(({ path }) => path !== factsFile)
  const uriOf = (path: ListedFileName): string => casUri(bundleFileKey(bundle.tenant, bundle.analysisId, path))
  const told = files.map((file) => ({ ...file, casUri: uriOf(file.path) }))
  return { ...bundle, files, answer: { ...answer, files: told } }
}
