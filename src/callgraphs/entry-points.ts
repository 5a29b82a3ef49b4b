import { compareTuples } from '../lib/ordinal.ts'
import type { CallgraphEntryPoint, CallgraphNode, EntryPointKind, EntryPointSource } from './callgraph.ts'

/** What a format's rule makes of the nodes of a graph that has no declared entry point. Never sees external nodes. */
export type EntryPointRule = (nodes: readonly CallgraphNode[]) => InferredEntryPoint[]

export interface InferredEntryPoint {
  readonly nodeId: string
  readonly kind: EntryPointKind
}

/** Own shapes: flagged candidates, else nodes whose name is exactly `main`. Source: contracts, small print 3. */
export const ownShapeEntryPoints: EntryPointRule = (nodes) => {
  const isMain = ({ name }: CallgraphNode) => name === 'main'
  const candidates = nodes.filter((node) => node.isEntryPointCandidate)
  const chosen = candidates.length > 0 ? candidates : nodes.filter(isMain)
  return chosen.map((node) => ({ nodeId: node.id, kind: isMain(node) ? 'main' : 'unknown' }))
}

/** `<package>.main` without receiver, except the runtime's own, and `init`, `init#n` of the same packages. */
export const goEntryPoints: EntryPointRule = (nodes) => {
  const mains = nodes.filter(
    (node) => node.name === 'main' && isPackage(node.namespace) && node.namespace !== 'runtime',
  )
  const packages = new Set(mains.map(({ namespace }) => namespace))
  const inits = nodes.filter(({ name, namespace }) => packages.has(namespace) && /^init(#\d+)?$/.test(name))
  return [...entries(mains, 'main'), ...entries(inits, 'init')]
}

/** Every `main(java.lang.String[])`; where there is one, the JVM also runs the static initialisers of all classes. */
export const javaEntryPoints: EntryPointRule = (nodes) => {
  const mains = nodes.filter(({ name }) => name === 'main(java.lang.String[])')
  const initialisers = mains.length > 0 ? nodes.filter(({ name }) => name === '<clinit>()') : []
  return [...entries(mains, 'main'), ...entries(initialisers, 'init')]
}

export const pythonEntryPoints: EntryPointRule = (nodes) =>
  entries(
    nodes.filter(({ id }) => /(?:^|\.)(?:main|__main__)$/.test(id)),
    'main',
  )

export const nodeEntryPoints: EntryPointRule = (nodes) =>
  entries(
    nodes.filter(({ id }) => id.endsWith('#global@1:0')),
    'init',
  )

export interface EntryPointInput {
  /** In order of id. */
  readonly nodes: readonly CallgraphNode[]
  readonly declared: readonly CallgraphEntryPoint[]
  readonly infer: EntryPointRule
  /** Whether any edge leads to the node from another one. */
  readonly hasCaller: (position: number) => boolean
}

/** Declared ones, else inferred ones, else nodes that nobody calls: each named by its source, for a guess earns nothing. */
export function settleEntryPoints({ nodes, declared, infer, hasCaller }: EntryPointInput): CallgraphEntryPoint[] {
  if (declared.length > 0) return inOrder(declared)
  const inferred = infer(nodes.filter((node) => node.kind !== 'external'))
  if (inferred.length > 0) return inOrder(inferred.map((entry) => ({ ...entry, source: 'inferred' })))
  const guessed = nodes.filter((node, position) => node.kind !== 'external' && !hasCaller(position))
  return guessed.map(({ id }) => ({ nodeId: id, kind: 'unknown', source: 'guessed' }))
}

const sourceOrder: readonly EntryPointSource[] = ['declared', 'inferred', 'guessed']

export function strongerSource(left: EntryPointSource, right: EntryPointSource): EntryPointSource {
  return sourceOrder.indexOf(left) <= sourceOrder.indexOf(right) ? left : right
}

function inOrder(entryPoints: readonly CallgraphEntryPoint[]): CallgraphEntryPoint[] {
  const distinct = new Map<string, CallgraphEntryPoint>()
  for (const entry of entryPoints) {
    const key = JSON.stringify(identityOf(entry))
    const known = distinct.get(key)
    distinct.set(key, known ? { ...entry, source: strongerSource(known.source, entry.source) } : entry)
  }
  return [...distinct.values()].toSorted((left, right) => compareTuples(identityOf(left), identityOf(right)))
}

function identityOf({ nodeId, kind, route, phase }: CallgraphEntryPoint) {
  return [nodeId, kind, route, phase] as const
}

function entries(nodes: readonly CallgraphNode[], kind: EntryPointKind): InferredEntryPoint[] {
  return nodes.map(({ id }) => ({ nodeId: id, kind }))
}

function isPackage(namespace: string | undefined): boolean {
  return namespace !== undefined && !namespace.startsWith('(')
}
