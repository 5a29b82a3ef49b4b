import { edgeKinds, edgeTypes } from '../edge-columns.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { fromNames, toNames } from './own-records.ts'
import type { PlainIds } from './plain-ids.ts'
import { PlainObject } from './plain-object.ts'
import { Words } from './words.ts'

const member = { from: 0, to: 1, kind: 2, type: 3, confidence: 4, isResolved: 5, reason: 6 } as const
const kinds = new Words(edgeKinds.map((kind, number) => [kind, number]))
const types = new Words(edgeTypes.map((type, number) => [type, number]))

/**
 * Plain edges of our own shape, read where they stand, without a text or an object for any; the obvious twin is `ownEdge` of
 * what the strict parser makes of the same bytes.
 */
export class PlainEdges {
  readonly #builder: GraphBuilder
  readonly #ids: PlainIds
  readonly #edge = new PlainObject([
    { spellings: fromNames, is: 'text', isRequired: true },
    { spellings: toNames, is: 'text', isRequired: true },
    { spellings: ['kind'], is: 'text' },
    { spellings: ['type'], is: 'text' },
    { spellings: ['confidence'], is: 'number' },
    { spellings: ['isResolved'], is: 'flag' },
    { spellings: ['reason'], is: 'text' },
  ])

  constructor(builder: GraphBuilder, ids: PlainIds) {
    this.#builder = builder
    this.#ids = ids
  }

  /** Adds the edge that begins at `at`, and tells where it ends; -1, and nothing is added, when it is not plain. */
  read(bytes: Buffer, at: number): number {
    const edge = this.#edge
    const end = edge.read(bytes, at)
    // Where it is one too many, the twin says so.
    if (end === -1 || this.#builder.isFull) return -1
    const kind = this.#wordOf(kinds, member.kind, bytes)
    const type = this.#wordOf(types, member.type, bytes)
    if (kind === -1 || type === -1) return -1
    const from = this.#ids.nodeOf(edge, member.from)
    this.#builder.addEdgeBetween(from, this.#ids.nodeOf(edge, member.to), {
      kind: kind === undefined ? undefined : edgeKinds[kind],
      type: type === undefined ? undefined : edgeTypes[type],
      confidence: edge.numberOf(member.confidence),
      isResolved: edge.flagOf(member.isResolved),
      reason: edge.textOf(member.reason),
    })
    return end
  }

  /** -1: none of the words. */
  #wordOf(words: Words, which: number, bytes: Buffer): number | undefined {
    return this.#edge.has(which) ? words.find(bytes, this.#edge.startOf(which), this.#edge.endOf(which)) : undefined
  }
}
