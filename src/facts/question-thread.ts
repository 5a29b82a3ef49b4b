import { LRUCache } from 'lru-cache'
import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { GraphIndex } from '../callgraphs/graph-index.ts'
import type { OpenGraph } from '../callgraphs/graph-lines.ts'
import { openGraphIndex } from '../callgraphs/open-graph-index.ts'
import { parseCasUri } from '../cas/cas-uri.ts'
import { type ContentOptions, type OpenedContent, openContent } from '../cas/open-content.ts'
import { type Transferred, transferring } from '../lib/error-transfer.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import { blobAccess } from './blob-access.ts'
import { type ExplainQuestion, explainTarget } from './explain-target.ts'
import type { FactRow } from './fact-row.ts'
import { queryFact } from './query-fact.ts'
import type { ExplainAnswer, QueryAnswer, QueryTarget } from './question-documents.ts'
import { searchSubject } from './search-subject.ts'
import type { SearchedFact } from './searched-fact.ts'
import { readStoredEvidence } from './stored-evidence.ts'

// A diagnostic report tells of each thread's environment, which is mostly secrets.
process.report.excludeEnv = true

export type Question =
  | { readonly kind: 'query'; readonly targets: readonly QueryTarget[] }
  | ({ readonly kind: 'explain' } & ExplainQuestion)

/** What is asked about a subject as its row stands; plain data, so that it can be handed to a thread. */
export interface AskedSubject {
  readonly row: FactRow
  readonly callgraphs: readonly CallgraphRecord[]
  readonly profile: ScoringProfile
}

export interface QuestionJob {
  readonly content: ContentOptions
  readonly subject: AskedSubject
  readonly indexes: ReadonlyMap<string, SharedArrayBuffer>
  readonly question: Question
}

let opened: Promise<OpenedContent> | undefined

/** Whoever asks once asks again: the searches of the last few subjects are kept, each for its revision. */
const searchedFacts = new LRUCache<string, SearchedFact>({ max: 4 })

/** Runs in a worker thread: searching a large graph takes longer than the event loop may wait. */
export async function ask({
  content: options,
  subject,
  indexes,
  question,
}: QuestionJob): Promise<Transferred<QueryAnswer | ExplainAnswer>> {
  opened ??= openContent(options)
  const { content } = await opened
  const openGraph = (record: CallgraphRecord): OpenGraph => graphOpener(content, record)
  return await transferring(async () => {
    const searched = await searchedFact(content, { subject, indexes })
    if (question.kind === 'query') return await queryFact({ openGraph }, searched, question.targets)
    return await explainTarget({ openGraph }, searched, question)
  })
}

type AskedWithIndexes = Pick<QuestionJob, 'subject' | 'indexes'>

async function searchedFact(content: OpenedContent['content'], asked: AskedWithIndexes): Promise<SearchedFact> {
  const { row, profile } = asked.subject
  const key = JSON.stringify([row.tenant, row.subjectKey, row.revision, profile])
  const known = searchedFacts.get(key)
  if (known) return known
  const searched = await search(content, asked)
  searchedFacts.set(key, searched)
  return searched
}

async function search(
  content: OpenedContent['content'],
  { subject, indexes }: AskedWithIndexes,
): Promise<SearchedFact> {
  const { row, callgraphs, profile } = subject
  const { subjectKey, version, fact, ledger } = row
  if (!fact || !ledger.scored) throw new TypeError(`there is no fact about ${subjectKey}`)
  const indexOf = (callgraphId: string): GraphIndex => {
    const buffer = indexes.get(callgraphId)
    if (!buffer) throw new TypeError(`the question was handed no index of ${callgraphId}`)
    return openGraphIndex(buffer)
  }
  const evidence = await readStoredEvidence(blobAccess(content, row.tenant), { row, callgraphs, indexOf })
  return {
    subjectKey,
    version,
    fact,
    scored: ledger.scored,
    profile,
    evidence,
    graphs: searchSubject(profile, evidence),
  }
}

function graphOpener(content: OpenedContent['content'], { tenant, callgraphId, casUri }: CallgraphRecord): OpenGraph {
  const key = parseCasUri(tenant, casUri)
  if (!key) throw new TypeError(`the record of ${callgraphId} names ${casUri}, which is no CAS URI`)
  return () => content.readStream(key)
}
