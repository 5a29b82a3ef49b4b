import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import { nodesWithPrefix, type SharedMember } from '../callgraphs/find-records.ts'
import type { OpenGraph } from '../callgraphs/graph-lines.ts'
import { PathBudget } from '../scoring/path-budget.ts'
import { cleanName } from './clean-name.ts'
import { FactError } from './fact-errors.ts'
import { namesNear } from './names-near.ts'
import type { QueryAnswer, QueryTarget } from './question-documents.ts'
import { placeNames, type SearchedFact } from './searched-fact.ts'

export interface QuestionDeps {
  readonly openGraph: (record: CallgraphRecord) => OpenGraph
}

const maxTargets = 1_000
/** An answer is one response: paths longer than there is room for show their entry point and their end. */
const answerBudget = { nodes: 1_000_000, characters: 8 * 1024 * 1024 }

/** States of any targets, computed now on the stored evidence; nothing is stored (contracts, 2). */
export async function queryFact(
  deps: QuestionDeps,
  searched: SearchedFact,
  targets: readonly QueryTarget[],
): Promise<QueryAnswer> {
  if (targets.length > maxTargets) {
    throw new FactError('TARGETS_TOO_MANY', `a query has at most ${maxTargets} targets, not ${targets.length}`)
  }
  const asked = await resolveTargets(deps, searched, targets)
  const placed = placeNames(searched, asked.names)
  const budget = new PathBudget(answerBudget)
  const states = [...searched.graphs].flatMap(([callgraphId, { scored }]) =>
    (placed.byGraph.get(callgraphId) ?? []).map((target) => scored.score(target, budget).state),
  )
  const unmatched = [...unmatchedNames(searched, asked.names), ...asked.unmatched]
  const { version, fact } = searched
  return { factVersion: version, digest: fact.digest, states, ...(unmatched.length > 0 && { unmatched }) }
}

type Unmatched = NonNullable<QueryAnswer['unmatched']>[number]

interface AskedNames {
  readonly names: ReadonlySet<string>
  readonly unmatched: readonly Unmatched[]
}

async function resolveTargets(
  deps: QuestionDeps,
  searched: SearchedFact,
  targets: readonly QueryTarget[],
): Promise<AskedNames> {
  const names = new Set<string>()
  const unmatched: Unmatched[] = []
  for (const target of targets) {
    const shared = sharedMemberOf(target)
    if (!shared) {
      names.add(cleanName(nameOf(target)))
      continue
    }
    const ids = await idsUnder(deps, searched, shared)
    if (ids.size === 0) unmatched.push({ [shared.member]: shared.prefix, nearestNames: [] })
    for (const id of ids) names.add(id)
    if (names.size > maxTargets) throw tooBroad(shared.prefix, names.size)
  }
  return { names, unmatched }
}

function sharedMemberOf(target: QueryTarget): { member: SharedMember; prefix: string } | undefined {
  if (typeof target === 'string') return undefined
  if ('purl' in target) return { member: 'purl', prefix: cleanName(target.purl) }
  return 'namespace' in target ? { member: 'namespace', prefix: cleanName(target.namespace) } : undefined
}

function nameOf(target: QueryTarget): string {
  return typeof target === 'string' ? target : (Object.values(target)[0] ?? '')
}

async function idsUnder(
  { openGraph }: QuestionDeps,
  { evidence }: SearchedFact,
  shared: { member: SharedMember; prefix: string },
): Promise<Set<string>> {
  const ids = new Set<string>()
  for (const { record } of evidence.graphs) {
    const found = await nodesWithPrefix(openGraph(record), shared, maxTargets + 1)
    if (found.count > maxTargets) throw tooBroad(shared.prefix, found.count)
    for (const id of found.ids) ids.add(id)
  }
  return ids
}

function tooBroad(prefix: string, count: number): FactError {
  const message = `"${prefix.slice(0, 200)}" takes in ${count} nodes, and a query has at most ${maxTargets} targets`
  return new FactError('PREFIX_TOO_BROAD', message, { members: { count } })
}

/** Every name of a graph is looked at for each of these, so only the first get such a help. */
const maxHelped = 20

function unmatchedNames({ evidence }: SearchedFact, names: ReadonlySet<string>): Unmatched[] {
  const indexes = evidence.graphs.map(({ index }) => index)
  return [...names]
    .filter((name) => indexes.every((index) => index.resolve(name).kind === 'absent'))
    .map((target, place) => ({ target, nearestNames: place < maxHelped ? namesNear(indexes, target) : [] }))
}
