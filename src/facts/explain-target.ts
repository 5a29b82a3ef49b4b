import type { SymbolHits } from '../evidence/evidence.ts'
import { mergeHits } from '../evidence/symbol-hits.ts'
import { disjointPaths } from '../scoring/disjoint-paths.ts'
import { frontierOf } from '../scoring/frontier.ts'
import { PathBudget } from '../scoring/path-budget.ts'
import type { PlacedTarget } from '../scoring/scored-graph.ts'
import { type Verdict, verdictsWorstFirst } from '../scoring/state.ts'
import { cleanName } from './clean-name.ts'
import { describeSteps, type NamedGraph } from './describe-steps.ts'
import { explainFactScore, explainScore } from './explain-score.ts'
import type { FactState } from './fact.ts'
import { namesNear } from './names-near.ts'
import type { QuestionDeps } from './query-fact.ts'
import type { ExplainAnswer, GraphExplanation } from './question-documents.ts'
import { type SearchedGraph, strayHits } from './search-subject.ts'
import { placeNames, type SearchedFact } from './searched-fact.ts'

export interface ExplainQuestion {
  readonly target: string
  /** Node-disjoint paths besides the one that the state shows. */
  readonly furtherPaths: number
}

const maxPathNodes = 1_000
const maxFrontierEntries = 20

/** Why a target's verdict and score are what they are, in each graph where it has a state; the worst verdict first. */
export async function explainTarget(
  deps: QuestionDeps,
  searched: SearchedFact,
  question: ExplainQuestion,
): Promise<ExplainAnswer> {
  const target = cleanName(question.target)
  const placed = placeNames(searched, new Set([target]))
  const explanations: GraphExplanation[] = []
  for (const [callgraphId, targets] of placed.byGraph) {
    const graph = searched.graphs.get(callgraphId)
    for (const place of graph ? targets : []) {
      if (graph) explanations.push(await explainInGraph(deps, { searched, graph }, { ...question, place }))
    }
  }
  const [worst = unplaced(searched, target), ...furtherGraphs] = worstFirst(explanations)
  const nearestNames = nearestOf(searched, target)
  return {
    subjectKey: searched.subjectKey,
    factVersion: searched.version,
    digest: searched.fact.digest,
    ...worst,
    furtherGraphs,
    ...(nearestNames && { nearestNames }),
    fact: explainFactScore(searched),
  }
}

interface PlacedQuestion extends ExplainQuestion {
  readonly place: PlacedTarget
}

interface GraphOfFact {
  readonly searched: SearchedFact
  readonly graph: SearchedGraph
}

async function explainInGraph(
  deps: QuestionDeps,
  { searched, graph }: GraphOfFact,
  question: PlacedQuestion,
): Promise<GraphExplanation> {
  const { state, weighed } = graph.scored.score(question.place, new PathBudget({ nodes: maxPathNodes }))
  const named = namedGraph(deps, { searched, graph })
  const isStopped = !state.reachable
  const paths = [state.path, ...furtherPathsOf(graph, question)]
  const frontier = isStopped ? frontierOf(graph.evidence, graph.scored, maxFrontierEntries) : undefined
  const described = await describeSteps(named, { paths, ...(frontier && { frontier }) })
  const [path = [], ...furtherPaths] = described.paths
  return {
    ...judged(state),
    path,
    ...(state.pathLength !== undefined && { pathLength: state.pathLength }),
    furtherPaths,
    runtimeHits: [...state.evidence.runtimeHits],
    blockedEdges: [...state.evidence.blockedEdges],
    formula: explainScore(searched.profile, weighed),
    ...(described.frontier && { frontier: described.frontier }),
  }
}

function judged({ callgraphId, target, verdict, reasons, reachable, bucket, latticeState, score }: FactState) {
  return { callgraphId, target, verdict, reasons, reachable, bucket, latticeState, score }
}

function furtherPathsOf({ evidence, scored }: SearchedGraph, { place, furtherPaths }: PlacedQuestion): string[][] {
  const { node } = place
  if (node === undefined || furtherPaths === 0) return []
  const first = scored.search.pathTo(node, maxPathNodes)
  const found = disjointPaths(evidence, { target: node, first, count: furtherPaths, maxNodes: maxPathNodes })
  return found.map(({ nodes }) => nodes.map((step) => evidence.index.idOf(step)))
}

function namedGraph({ openGraph }: QuestionDeps, { searched, graph }: GraphOfFact): NamedGraph {
  const { record, evidence } = graph
  return {
    open: openGraph(record),
    index: evidence.index,
    entryPoints: new Map(evidence.entryPoints.map(({ node, source }) => [evidence.index.idOf(node), source])),
    hits: hitsIn(searched, record.callgraphId),
  }
}

/** By symbol, what the state of the graph was judged by: its own hits, and those that no other graph has a node for. */
function hitsIn({ evidence }: SearchedFact, callgraphId: string): Map<string, SymbolHits> {
  const own = evidence.observed.filter((fact) => fact.callgraphId === callgraphId)
  const strays = strayHits(evidence, evidence.observed).filter((fact) => fact.callgraphId !== callgraphId)
  const hits = new Map<string, SymbolHits>()
  for (const fact of [...own, ...strays]) {
    const before = hits.get(fact.symbolId)
    hits.set(fact.symbolId, before ? mergeHits(before, fact) : fact)
  }
  return hits
}

function worstFirst(explanations: readonly GraphExplanation[]): GraphExplanation[] {
  const rank = (verdict: Verdict): number => verdictsWorstFirst.indexOf(verdict)
  return explanations.toSorted((one, other) => rank(one.verdict) - rank(other.verdict))
}

function nearestOf({ evidence }: SearchedFact, target: string): string[] | undefined {
  const indexes = evidence.graphs.map(({ index }) => index)
  const isInGraph = indexes.some((index) => index.resolve(target).kind !== 'absent')
  return isInGraph ? undefined : namesNear(indexes, target)
}

/** A subject without any graph has targets, but nothing to search for them. */
function unplaced(
  { profile }: SearchedFact,
  target: string,
): Omit<GraphExplanation, 'callgraphId'> & { callgraphId: null } {
  const { confidence, weights } = profile.options
  const parts = { base: confidence.unreachable, runtimeBonus: 0 }
  const { unreachable: weight } = weights
  const score = parts.base * weight
  return {
    callgraphId: null,
    target,
    verdict: 'unknown',
    reasons: ['no-path', 'not-in-graph', 'no-entry-points'],
    reachable: false,
    bucket: 'unreachable',
    latticeState: 'U',
    score,
    path: [],
    furtherPaths: [],
    runtimeHits: [],
    blockedEdges: [],
    formula: explainScore(profile, {
      bucket: 'unreachable',
      row: 'unreachable',
      weight,
      confidence: parts.base,
      confidenceParts: parts,
      score,
    }),
  }
}
