import type { GraphBuilder } from '../graph-builder.ts'
import { KnownValues } from './known-values.ts'
import type { PlainObject } from './plain-object.ts'

/** The nodes that plain objects name: only the first time is an id made a text. */
export class PlainIds {
  readonly #builder: GraphBuilder
  readonly #known = new KnownValues()

  constructor(builder: GraphBuilder) {
    this.#builder = builder
  }

  nodeOf(object: PlainObject, member: number): number {
    const { bytes } = object
    const [start, end, hash] = [object.startOf(member), object.endOf(member), object.hashOf(member)]
    const known = this.#known.find(bytes, start, hash)
    if (known !== -1) return this.#known.numberOf(known)
    const node = this.#builder.mentionNode(bytes.toString('latin1', start, end))
    // With the quote behind it, which tells where it ends.
    this.#known.keep(bytes.subarray(start, end + 1), hash, node)
    return node
  }
}
