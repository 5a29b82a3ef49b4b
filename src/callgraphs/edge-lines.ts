import type { NormalizedCallgraph, NumberedEdge } from './callgraph.ts'
import { kindOfCode, typeOfCode } from './edge-columns.ts'
import { textTable } from './text-table.ts'

const blockLength = 256 * 1024
const maxKnownConfidences = 1024

/** What stands around the two ids in the line of an edge. */
interface Frame {
  readonly head: Buffer
  readonly middle: Buffer
  readonly tail: Buffer
}

/**
 * The canonical lines of a graph's edges, as bytes: an id is written as JSON once and copied into every line that has it, and
 * edges that agree in everything else share what stands around their ids. A third of the time of making each an object and
 * that canonical JSON, which is the obvious twin (`test/support/canonical-edges.ts`).
 */
export class EdgeLines {
  readonly #graph: NormalizedCallgraph
  readonly #withEvidence: boolean
  readonly #idEnds: Uint32Array
  readonly #idBytes: Uint8Array
  readonly #frames = new Map<number, Frame[]>()

  /** Evidence says where an edge was seen, not that it is another one: it is stored, and no part of the hash. */
  constructor(graph: NormalizedCallgraph, { withEvidence }: { readonly withEvidence: boolean }) {
    this.#graph = graph
    this.#withEvidence = withEvidence && graph.hasEvidence
    const { ends, bytes } = textTable(graph.nodes.map(({ id }) => JSON.stringify(id)))
    this.#idEnds = ends
    this.#idBytes = bytes
  }

  /** Of all lines: an archive tells how long a file is before the file comes. */
  get byteLength(): number {
    let length = 0
    for (let position = 0; position < this.#graph.edgeCount; position += 1) {
      const edge = this.#graph.edgeAt(position)
      length += this.#lengthOf(edge, this.#frameOf(edge))
    }
    return length
  }

  /** Line after line, gathered into pieces that are worth a write each; the memory of one is used again for the next. */
  *pieces(): Generator<Buffer> {
    let block = Buffer.allocUnsafe(blockLength)
    let filled = 0
    for (let position = 0; position < this.#graph.edgeCount; position += 1) {
      const edge = this.#graph.edgeAt(position)
      const frame = this.#frameOf(edge)
      const length = this.#lengthOf(edge, frame)
      if (filled + length > block.length) {
        yield block.subarray(0, filled)
        if (length > block.length) block = Buffer.allocUnsafe(length)
        filled = 0
      }
      filled = this.#write(edge, frame, block, filled)
    }
    if (filled > 0) yield block.subarray(0, filled)
  }

  #write({ from, to }: NumberedEdge, { head, middle, tail }: Frame, block: Buffer, start: number): number {
    let at = copy(head, 0, head.length, block, start)
    at = copy(this.#idBytes, this.#idStart(from), this.#idEnds[from] ?? 0, block, at)
    at = copy(middle, 0, middle.length, block, at)
    at = copy(this.#idBytes, this.#idStart(to), this.#idEnds[to] ?? 0, block, at)
    return copy(tail, 0, tail.length, block, at)
  }

  #lengthOf({ from, to }: NumberedEdge, { head, middle, tail }: Frame): number {
    const ids = (this.#idEnds[from] ?? 0) - this.#idStart(from) + (this.#idEnds[to] ?? 0) - this.#idStart(to)
    return head.length + middle.length + tail.length + ids
  }

  #idStart(node: number): number {
    return node === 0 ? 0 : (this.#idEnds[node - 1] ?? 0)
  }

  #frameOf(edge: NumberedEdge): Frame {
    const shared = this.#sharedFrameOf(edge)
    const { candidates, reason } = edge
    const evidence = this.#withEvidence ? edge.evidence : []
    if (candidates.length === 0 && evidence.length === 0 && reason === undefined) return shared
    const head = Buffer.from(headOf(edge, evidence))
    return { head, middle: reason === undefined ? shared.middle : Buffer.from(middleOf(edge)), tail: shared.tail }
  }

  #sharedFrameOf(edge: NumberedEdge): Frame {
    const { confidence, code, isResolved } = edge
    const frames = this.#frames.get(confidence) ?? this.#framesFor(confidence)
    const position = code * 2 + (isResolved ? 1 : 0)
    const known = frames[position]
    if (known) return known
    const plain = { ...edge, candidates: [], reason: undefined }
    const tail = `,"type":"${typeOfCode(code)}"}\n`
    const frame = {
      head: Buffer.from(headOf(plain, [])),
      middle: Buffer.from(middleOf(plain)),
      tail: Buffer.from(tail),
    }
    frames[position] = frame
    return frame
  }

  #framesFor(confidence: number): Frame[] {
    // Anybody may post a graph of which no two edges have the same.
    if (this.#frames.size >= maxKnownConfidences) this.#frames.clear()
    const frames: Frame[] = []
    this.#frames.set(confidence, frames)
    return frames
  }
}

// RFC 8785 sorts members by UTF-16 code units, and writes texts and numbers as ECMAScript does.

function headOf({ candidates, confidence }: NumberedEdge, evidence: readonly string[]): string {
  const guessed = candidates.length > 0 ? `"candidates":${JSON.stringify(candidates)},` : ''
  const seen = evidence.length > 0 ? `"evidence":${JSON.stringify(evidence)},` : ''
  return `{${guessed}"confidence":${JSON.stringify(confidence)},${seen}"from":`
}

function middleOf({ code, isResolved, reason }: NumberedEdge): string {
  const because = reason === undefined ? '' : `"reason":${JSON.stringify(reason)},`
  return `,"isResolved":${isResolved},"kind":"${kindOfCode(code)}",${because}"to":`
}

/** For a hundred bytes a loop is quicker than a call out of JavaScript. */
function copy(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  let to = at
  for (let from = start; from < end; from += 1) {
    target[to] = source[from] ?? 0
    to += 1
  }
  return to
}
