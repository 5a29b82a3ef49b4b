import type { GraphBuilder } from '../graph-builder.ts'
import { KnownIds } from './known-ids.ts'
import type { PlainObject } from './plain-object.ts'

/** The nodes that plain objects name: only the first time is an id made a text. */
export class PlainIds {
  readonly #builder: GraphBuilder
  readonly #known = new KnownIds()

  constructor(builder: GraphBuilder) {
    this.#builder = builder
  }

  nodeOf(object: PlainObject, member: number): number {
    const { bytes } = object
    const [start, end, hash] = [object.startOf(member), object.endOf(member), object.hashOf(member)]
    const known = this.#known.find(bytes, start, end, hash)
    if (known !== -1) return known
    const node = this.#builder.mentionNode(bytes.toString('latin1', start, end))
    this.#known.keep(bytes, start, end, hash, node)
    return node
  }
}
