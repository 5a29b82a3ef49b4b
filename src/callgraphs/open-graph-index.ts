import { entryPointSources, graphIndexFormat } from './build-graph-index.ts'
import type { GraphIndex, IndexedEntryPoint, Resolution } from './graph-index.ts'
import { aligned, compareUtf8, headerWords, magic, type SectionName, sectionNames } from './graph-index-layout.ts'

/** The bytes are no index, or one of another format; the index can be made again from the graph's archive. */
export class GraphIndexFormatError extends Error {
  override readonly name = 'GraphIndexFormatError'
}

/** Views into the buffer, nothing copied: threads that share the buffer share the graph. */
export function openGraphIndex(buffer: ArrayBuffer | SharedArrayBuffer): GraphIndex {
  const sections = sectionsOf(buffer)
  const offsets = sections.words('offsets')
  const ids = sections.table('idEnds', 'idBytes')
  const keys = { table: sections.table('keyEnds', 'keyBytes'), nodes: sections.words('keyNodes') }
  const symbols = { table: sections.table('symbolEnds', 'symbolBytes'), nodes: sections.words('symbolNodes') }
  return {
    closedWorld: sections.closedWorld,
    nodeCount: offsets.length - 1,
    linkCount: sections.words('targets').length,
    offsets,
    targets: sections.words('targets'),
    unresolved: sections.bytes('unresolved'),
    external: sections.bytes('external'),
    entryPoints: entryPointsOf(sections.words('entryNodes'), sections.bytes('entrySources')),
    byteLength: buffer.byteLength,
    idOf: (node) => ids.textAt(node),
    resolve: (name) => resolve(ids, [keys, symbols], name),
  }
}

interface NameTable {
  readonly table: TextTable
  readonly nodes: Uint32Array
}

function resolve(ids: TextTable, tables: readonly NameTable[], name: string): Resolution {
  const bytes = Buffer.from(name, 'utf8')
  const node = ids.firstAtLeast(bytes)
  if (ids.isAt(node, bytes)) return { kind: 'node', node }
  for (const { table, nodes } of tables) {
    const first = table.firstAtLeast(bytes)
    if (!table.isAt(first, bytes)) continue
    return table.isAt(first + 1, bytes) ? { kind: 'ambiguous' } : { kind: 'node', node: nodes[first] ?? 0 }
  }
  return { kind: 'absent' }
}

function entryPointsOf(nodes: Uint32Array, sources: Uint8Array): IndexedEntryPoint[] {
  return Array.from(nodes, (node, position) => ({
    node,
    source: entryPointSources[sources[position] ?? 0] ?? 'guessed',
  }))
}

/** Names that are looked up one behind the other are mostly no further apart. */
const nearbyTexts = 8

/** Sorted texts in one run of UTF-8. */
class TextTable {
  readonly #ends: Uint32Array
  readonly #bytes: Buffer
  #last = 0

  constructor(ends: Uint32Array, bytes: Buffer) {
    this.#ends = ends
    this.#bytes = bytes
  }

  textAt(position: number): string {
    return this.#bytes.toString('utf8', this.#startOf(position), this.#ends[position])
  }

  isAt(position: number, text: Uint8Array): boolean {
    return position < this.#ends.length && this.#compare(position, text) === 0
  }

  /**
   * Looks right behind the last answer first: lists of names come in order, and then a look-up takes two or three steps in place
   * of seventeen, for 100,000 names a third of the time. Its obvious twin is the second half alone.
   */
  firstAtLeast(text: Uint8Array): number {
    let low = 0
    let high = this.#ends.length
    for (let near = this.#last, step = 1; step <= nearbyTexts && near < high; near += step, step *= 2) {
      if (this.#compare(near, text) < 0) low = near + 1
      else high = near
    }
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(middle, text) < 0) low = middle + 1
      else high = middle
    }
    this.#last = low
    return low
  }

  #compare(position: number, text: Uint8Array): number {
    return compareUtf8(this.#bytes, { begin: this.#startOf(position), end: this.#ends[position] ?? 0 }, text)
  }

  #startOf(position: number): number {
    return position === 0 ? 0 : (this.#ends[position - 1] ?? 0)
  }
}

interface OpenSections {
  readonly closedWorld: boolean
  words(name: SectionName): Uint32Array
  bytes(name: SectionName): Uint8Array
  table(ends: SectionName, bytes: SectionName): TextTable
}

function sectionsOf(buffer: ArrayBuffer | SharedArrayBuffer): OpenSections {
  const places = placesOf(buffer)
  const placeOf = (name: SectionName) => places.get(name) ?? { at: 0, length: 0 }
  const words = (name: SectionName) => new Uint32Array(buffer, placeOf(name).at, placeOf(name).length / 4)
  const bytes = (name: SectionName) => new Uint8Array(buffer, placeOf(name).at, placeOf(name).length)
  return {
    closedWorld: new Uint32Array(buffer, 0, headerWords)[2] === 1,
    words,
    bytes,
    table: (ends, run) => new TextTable(words(ends), Buffer.from(buffer, placeOf(run).at, placeOf(run).length)),
  }
}

function placesOf(buffer: ArrayBuffer | SharedArrayBuffer): Map<SectionName, { at: number; length: number }> {
  if (buffer.byteLength < headerWords * 4) throw new GraphIndexFormatError('too short for an index')
  const header = new Uint32Array(buffer, 0, headerWords)
  if (header[0] !== magic) throw new GraphIndexFormatError('not an index')
  if (header[1] !== graphIndexFormat) throw new GraphIndexFormatError(`an index of format ${header[1]}`)
  const places = new Map<SectionName, { at: number; length: number }>()
  let at = headerWords * 4
  for (const [position, name] of sectionNames.entries()) {
    const length = header[4 + position] ?? 0
    places.set(name, { at, length })
    at += aligned(length)
  }
  if (at !== buffer.byteLength) throw new GraphIndexFormatError('an index that was cut off')
  return places
}
