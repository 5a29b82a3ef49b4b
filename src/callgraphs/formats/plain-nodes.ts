import { isSymbolId } from '../../identifiers/symbol-id.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type NodeMembers, textMembers } from '../merge-nodes.ts'
import type { PlainIds } from './plain-ids.ts'
import { PlainObject } from './plain-object.ts'

const id = textMembers.length
const line = id + 1
const isEntryPointCandidate = line + 1

/** Plain nodes of our own shape, read where they stand; the obvious twin is `ownNode` of what the strict parser makes of them. */
export class PlainNodes {
  readonly #builder: GraphBuilder
  readonly #node = new PlainObject([
    ...textMembers.map((name) => ({ spellings: [name], is: 'text' as const })),
    { spellings: ['id'], is: 'text', isRequired: true },
    { spellings: ['line'], is: 'number' },
    { spellings: ['isEntryPointCandidate'], is: 'flag' },
  ])

  readonly #ids: PlainIds

  constructor(builder: GraphBuilder, ids: PlainIds) {
    this.#builder = builder
    this.#ids = ids
  }

  /** Adds the node that begins at `at`, and tells where it ends; -1, and nothing is added, when it is not plain. */
  read(bytes: Buffer, at: number): number {
    const node = this.#node
    const end = node.read(bytes, at)
    if (end === -1) return -1
    const row = node.numberOf(line)
    if (row !== undefined && !Number.isSafeInteger(row)) return -1
    const members: { -readonly [Member in keyof NodeMembers]: NodeMembers[Member] } = {}
    // Plain texts are clean as they are.
    for (const [member, name] of textMembers.entries()) {
      const text = node.textOf(member)
      if (text !== undefined && (name !== 'symbolId' || isSymbolId(text))) members[name] = text
    }
    if (row !== undefined) members.line = row
    if (node.flagOf(isEntryPointCandidate)) members.isEntryPointCandidate = true
    this.#builder.describeNode(this.#ids.nodeOf(node, id), members)
    return end
  }
}
