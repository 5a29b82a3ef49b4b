import fc from 'fast-check'
import type { PlainEdge, PlainEntryPoint, PlainGraph, PlainNode } from './plain-normalizer.ts'

// Characters whose order differs between UTF-8 and UTF-16, whose NFC differs from what may be typed, and that JSON escapes.
const letters = [
  'a',
  'b',
  'Z',
  '"',
  '\\',
  '/',
  '\u00e9',
  '\u00c5',
  '\uffee',
  '\u{1f600}',
  '\u{10000}',
  '\ue000',
  '.',
  '#',
  '\u0001',
]
const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 6 })

function maybe<Value>(value: fc.Arbitrary<Value>) {
  return fc.option(value, { nil: undefined, freq: 3 })
}

/** From 50 to 300 nodes with cycles, equal-length paths, duplicates, external ends and several entry points. */
export const arbitraryGraph: fc.Arbitrary<PlainGraph> = fc
  .tuple(fc.integer({ min: 50, max: 300 }), fc.array(word, { minLength: 3, maxLength: 12 }))
  .chain(([count, words]) => {
    const idOf = (number: number) => `${words[number % words.length]}${number}`
    // One in ten ends of an edge is no node of the graph.
    const anyId = fc.nat(Math.floor(count * 1.1)).map(idOf)
    const ownId = fc.nat(count - 1).map(idOf)
    return fc.record({
      nodes: fc
        .tuple(
          fc.array(nodeWith(ownId), { maxLength: 40 }),
          fc.constant(Array.from({ length: count }, (_, n) => ({ id: idOf(n) }))),
        )
        .map(([detailed, bare]): PlainNode[] => [...bare, ...detailed]),
      edges: fc.array(edgeBetween(anyId), { minLength: count, maxLength: count * 2 }),
      entryPoints: fc.array(entryPointAt(anyId), { maxLength: 4 }),
    })
  })

function nodeWith(id: fc.Arbitrary<string>): fc.Arbitrary<PlainNode> {
  return fc.record({
    id,
    name: maybe(fc.oneof(word, fc.constant('main'))),
    namespace: maybe(word),
    kind: maybe(fc.constantFrom('method', 'function', 'external')),
    line: maybe(fc.nat(2000)),
    isEntryPointCandidate: maybe(fc.boolean()),
    attributes: maybe(fc.dictionary(fc.oneof(word, fc.constantFrom('10', '9')), word, { minKeys: 1, maxKeys: 3 })),
  })
}

function edgeBetween(id: fc.Arbitrary<string>): fc.Arbitrary<PlainEdge> {
  return fc.record({
    from: id,
    to: id,
    kind: maybe(fc.constantFrom('static', 'heuristic', 'runtime')),
    type: maybe(fc.constantFrom('call', 'import', 'inherit', 'reference')),
    confidence: maybe(fc.double({ min: -0.5, max: 1.5, noNaN: true }).map((value) => value + 0)),
    isResolved: maybe(fc.boolean()),
    reason: maybe(word),
    candidates: maybe(fc.array(word, { maxLength: 3 })),
  })
}

function entryPointAt(id: fc.Arbitrary<string>): fc.Arbitrary<PlainEntryPoint> {
  return fc.record({ nodeId: id, kind: maybe(fc.constantFrom('main', 'http')), route: maybe(word) })
}

/** Draws from a seed, so that one number tells a whole respelling. */
export function drawing(seed: number): (below: number) => number {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** The same things in another order. */
export function shuffled<Item>(draw: (below: number) => number, items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: draw(1 << 30) }))
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item)
}

/** The same things in the same order, a few at a time. */
export function splitAtRandom<Item>(draw: (below: number) => number, items: readonly Item[]): Item[][] {
  const rest = [...items]
  const parts: Item[][] = []
  while (rest.length > 0) parts.push(rest.splice(0, 1 + draw(8)))
  return parts
}

/** The same graph in another order, in other spellings, padding, normal form and member order. */
export function respelled(graph: PlainGraph, seed: number): string {
  const draw = drawing(seed)
  const pick = (...spellings: string[]) => spellings[draw(spellings.length)] ?? ''
  const padded = (text: string) =>
    `${pick('', ' ', '\t', '\u00a0')}${draw(2) ? text.normalize('NFD') : text}${pick('', '\n', '\ufeff')}`
  const object = (entries: (readonly [string, unknown])[]) =>
    Object.fromEntries(shuffled(draw, entries).filter(([, value]) => value !== undefined))
  const node = ({ id, name, ...rest }: PlainNode) => {
    const isBare = name === undefined && Object.values(rest).every((value) => value === undefined)
    if (isBare && draw(2)) return padded(id)
    return object([
      [pick('id', 'nodeId', 'symbolId', 'symbol_id'), padded(id)],
      ['name', name && padded(name)],
      ...Object.entries(rest),
    ])
  }
  const edge = ({ from, to, candidates, ...rest }: PlainEdge) =>
    object([
      [pick('from', 'source', 'sourceId', 'caller'), padded(from)],
      [pick('to', 'target', 'targetId', 'callee'), padded(to)],
      ['candidates', candidates && shuffled(draw, candidates.map(padded))],
      ...Object.entries(rest),
    ])
  const entryPoint = ({ nodeId, kind, route }: PlainEntryPoint) =>
    kind === undefined && route === undefined
      ? padded(nodeId)
      : object([
          ['nodeId', padded(nodeId)],
          ['kind', kind],
          ['route', route && padded(route)],
        ])
  const document = object([
    [pick('nodes', 'functions'), shuffled(draw, graph.nodes).map(node)],
    [pick('edges', 'calls'), shuffled(draw, graph.edges).map(edge)],
    [pick('roots', 'entrypoints', 'entryPoints'), shuffled(draw, graph.entryPoints).map(entryPoint)],
  ])
  return JSON.stringify(document, undefined, draw(3))
}
