import type { CallgraphEntryPoint, NormalizedCallgraph } from './callgraph.ts'
import { CallgraphError } from './callgraph-errors.ts'
import { cleanId, cleanSet, cleanText } from './clean-text.ts'
import { EdgeColumns, edgeCode } from './edge-columns.ts'
import type { EntryPointRule } from './entry-points.ts'
import { cleanNode, type NodeMembers } from './merge-nodes.ts'
import { normalizeCallgraph } from './normalize-callgraph.ts'
import type { GraphLimits, RawEdge, RawEntryPoint, RawNode } from './raw-graph.ts'
import type { NameParts } from './symbol-parts.ts'

const defaultConfidence = { static: 1, heuristic: 0.5, runtime: 1 } as const

export interface BuildOptions {
  readonly language: string
  readonly closedWorld: boolean
  readonly root?: string | undefined
  readonly infer: EntryPointRule
  /** Native output: every name that it mentions is a function. Without it, an end that is no node is external. */
  readonly partsOf?: ((id: string) => NameParts) | undefined
}

/** What readers feed: cleans and counts each record as it comes, and keeps it small until all are known. */
export class GraphBuilder {
  readonly #limits: GraphLimits
  readonly #numbers = new Map<string, number>()
  readonly #ids: string[] = []
  readonly #members = new Map<number, NodeMembers>()
  readonly #repeated = new Map<number, NodeMembers[]>()
  readonly #entryPoints: CallgraphEntryPoint[] = []
  readonly #edges = new EdgeColumns()
  /** The first two: more of them say no more. */
  readonly #languages = new Set<string>()
  #isClosedWorld = false
  #duplicateNodes = 0
  #clampedConfidences = 0

  constructor(limits: GraphLimits) {
    this.#limits = limits
  }

  /** How deep a reader of a defined shape may let it be nested. */
  get maxDepth(): number {
    return this.#limits.maxDepth ?? 64
  }

  /** Of the nodes that name one; undefined when they name none, or several. */
  get onlyLanguage(): string | undefined {
    const [only, another] = this.#languages
    return another === undefined ? only : undefined
  }

  addNode(node: RawNode): void {
    this.describeNode(this.#numberOf(node.id, '/id'), cleanNode(node))
  }

  /** What is said, in clean texts, of a node that was mentioned. */
  describeNode(number: number, members: NodeMembers): void {
    if (members.language !== undefined && this.#languages.size < 2) this.#languages.add(members.language)
    const known = this.#members.get(number)
    if (known === undefined) {
      this.#members.set(number, members)
      return
    }
    this.#duplicateNodes += 1
    const repeated = this.#repeated.get(number)
    if (repeated) repeated.push(members)
    else this.#repeated.set(number, [known, members])
  }

  /** The name stands for a node, however often it is said; which one, the number tells. */
  mentionNode(id: string, pointer = ''): number {
    return this.#numberOf(id, pointer)
  }

  /** The next edge is one too many. */
  get isFull(): boolean {
    return this.#edges.length >= this.#limits.maxEdges
  }

  requireRoomForEdge(): void {
    if (this.isFull) throw tooLarge('edges', this.#limits.maxEdges)
  }

  addEdge(edge: RawEdge): void {
    this.requireRoomForEdge()
    this.addEdgeBetween(this.#numberOf(edge.from, '/from'), this.#numberOf(edge.to, '/to'), edge)
  }

  /** Between nodes that were mentioned, as long as the graph is not full. */
  addEdgeBetween(from: number, to: number, edge: Omit<RawEdge, 'from' | 'to'>): void {
    const kind = edge.kind ?? 'static'
    this.#edges.add({
      from,
      to,
      code: edgeCode(kind, edge.type ?? 'call'),
      confidence: this.#clamped(edge.confidence ?? defaultConfidence[kind]),
      isResolved: edge.isResolved ?? true,
      reason: cleanText(edge.reason, '/reason'),
      candidates: cleanSet(edge.candidates, '/candidates'),
      evidence: cleanSet(edge.evidence, '/evidence'),
    })
  }

  addEntryPoint(entry: RawEntryPoint): void {
    const nodeId = cleanId(entry.nodeId, '/nodeId')
    const route = cleanText(entry.route, '/route')
    const phase = cleanText(entry.phase, '/phase')
    this.#entryPoints.push({
      nodeId,
      kind: entry.kind ?? 'unknown',
      ...(route !== undefined && { route }),
      ...(phase !== undefined && { phase }),
      source: entry.source ?? 'declared',
    })
    if (this.#entryPoints.length > this.#limits.maxNodes) throw tooLarge('entry points', this.#limits.maxNodes)
  }

  /** For formats whose content says itself that it leaves out no possible call. */
  declareClosedWorld(): void {
    this.#isClosedWorld = true
  }

  build(options: BuildOptions): NormalizedCallgraph {
    this.#describeMentioned(options.partsOf)
    // Only now: a declared entry point that the graph does not mention is external, whatever the format.
    for (const { nodeId } of this.#entryPoints) this.#numberOf(nodeId, '/nodeId')
    if (this.#ids.length === 0) throw new CallgraphError('CALLGRAPH_EMPTY', 'the call graph has no nodes')
    return normalizeCallgraph(
      {
        ids: this.#ids,
        numbers: this.#numbers,
        membersOf: (number) => this.#repeated.get(number) ?? this.#only(number),
        edges: this.#edges,
        declared: this.#entryPoints,
        duplicateNodes: this.#duplicateNodes,
        clampedConfidences: this.#clampedConfidences,
      },
      { ...options, closedWorld: options.closedWorld || this.#isClosedWorld },
    )
  }

  #describeMentioned(partsOf: BuildOptions['partsOf']): void {
    if (!partsOf) return
    for (const [number, id] of this.#ids.entries()) {
      if (!this.#members.has(number)) this.#members.set(number, cleanNode(partsOf(id)))
    }
  }

  #only(number: number): readonly NodeMembers[] {
    const members = this.#members.get(number)
    return members ? [members] : []
  }

  /** Cleaning is skipped for a text that is a known id: those are clean. */
  #numberOf(text: string, pointer: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const id = cleanId(text, pointer)
    const knownId = this.#numbers.get(id)
    if (knownId !== undefined) return knownId
    if (this.#ids.length >= this.#limits.maxNodes) throw tooLarge('nodes', this.#limits.maxNodes)
    this.#numbers.set(id, this.#ids.length)
    return this.#ids.push(id) - 1
  }

  #clamped(confidence: number): number {
    if (confidence >= 0 && confidence <= 1) return confidence
    this.#clampedConfidences += 1
    return confidence > 1 ? 1 : 0
  }
}

function tooLarge(what: string, limit: number): CallgraphError {
  return new CallgraphError('CALLGRAPH_TOO_LARGE', `the call graph has more than ${limit} ${what}`)
}
