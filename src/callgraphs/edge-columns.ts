import type { EdgeKind, EdgeType, NumberedEdge } from './callgraph.ts'

// Both lists stand in ordinal order, so that comparing codes is comparing names.
export const edgeKinds = ['heuristic', 'runtime', 'static'] as const satisfies readonly EdgeKind[]
export const edgeTypes = ['call', 'import', 'inherit', 'reference'] as const satisfies readonly EdgeType[]
export const edgeCodeCount = edgeKinds.length * edgeTypes.length

/** One number for kind and type, in the order of (kind, type). */
export function edgeCode(kind: EdgeKind, type: EdgeType): number {
  return edgeKinds.indexOf(kind) * edgeTypes.length + edgeTypes.indexOf(type)
}

export function kindOfCode(code: number): EdgeKind {
  return edgeKinds[Math.floor(code / edgeTypes.length)] ?? 'static'
}

export function typeOfCode(code: number): EdgeType {
  return edgeTypes[code % edgeTypes.length] ?? 'call'
}

const none: readonly string[] = []

/** An edge as told: its ends are numbers in the order of first mention. */
export interface EdgeRow extends Omit<NumberedEdge, 'candidates' | 'evidence'> {
  readonly candidates: readonly string[] | undefined
  readonly evidence: readonly string[] | undefined
}

/** Edges as told, in columns: a million of them are a few arrays rather than a million objects. */
export class EdgeColumns {
  #length = 0
  #from = new Uint32Array(1024)
  #to = new Uint32Array(1024)
  #code = new Uint8Array(1024)
  #confidence = new Float64Array(1024)
  #isUnresolved = new Uint8Array(1024)
  /** Number of the only place plus one; 0 for none or several. */
  #place = new Uint32Array(1024)
  readonly #placeNumbers = new Map<string, number>()
  readonly #places: string[] = []
  /** What few edges have. */
  readonly #severalPlaces = new Map<number, readonly string[]>()
  readonly #reasons = new Map<number, string>()
  readonly #candidates = new Map<number, readonly string[]>()

  get length(): number {
    return this.#length
  }

  add(row: EdgeRow): void {
    const at = this.#length
    if (at === this.#from.length) this.#grow()
    this.#from[at] = row.from
    this.#to[at] = row.to
    this.#code[at] = row.code
    this.#confidence[at] = row.confidence
    this.#isUnresolved[at] = row.isResolved ? 0 : 1
    if (row.reason !== undefined) this.#reasons.set(at, row.reason)
    if (row.candidates) this.#candidates.set(at, row.candidates)
    if (row.evidence) this.#keepEvidence(at, row.evidence)
    this.#length += 1
  }

  get hasSeveralCodes(): boolean {
    const rows = this.#code.subarray(0, this.#length)
    return rows.some((code) => code !== rows[0])
  }

  get hasEvidence(): boolean {
    return this.#places.length > 0 || this.#severalPlaces.size > 0
  }

  from(row: number): number {
    return this.#from[row] ?? 0
  }

  to(row: number): number {
    return this.#to[row] ?? 0
  }

  code(row: number): number {
    return this.#code[row] ?? 0
  }

  confidence(row: number): number {
    return this.#confidence[row] ?? 0
  }

  isResolved(row: number): boolean {
    return this.#isUnresolved[row] === 0
  }

  reason(row: number): string | undefined {
    return this.#reasons.size === 0 ? undefined : this.#reasons.get(row)
  }

  candidates(row: number): readonly string[] {
    return (this.#candidates.size === 0 ? undefined : this.#candidates.get(row)) ?? none
  }

  evidence(row: number): readonly string[] {
    const place = this.#place[row] ?? 0
    if (place > 0) return [this.#places[place - 1] ?? '']
    return (this.#severalPlaces.size === 0 ? undefined : this.#severalPlaces.get(row)) ?? none
  }

  #keepEvidence(at: number, evidence: readonly string[]): void {
    const [only, ...others] = evidence
    if (only === undefined) return
    if (others.length > 0) this.#severalPlaces.set(at, evidence)
    else this.#place[at] = this.#placeNumber(only) + 1
  }

  #placeNumber(place: string): number {
    const known = this.#placeNumbers.get(place)
    if (known !== undefined) return known
    this.#placeNumbers.set(place, this.#places.length)
    return this.#places.push(place) - 1
  }

  #grow(): void {
    const capacity = this.#from.length * 2
    this.#from = grown(this.#from, new Uint32Array(capacity))
    this.#to = grown(this.#to, new Uint32Array(capacity))
    this.#code = grown(this.#code, new Uint8Array(capacity))
    this.#confidence = grown(this.#confidence, new Float64Array(capacity))
    this.#isUnresolved = grown(this.#isUnresolved, new Uint8Array(capacity))
    this.#place = grown(this.#place, new Uint32Array(capacity))
  }
}

function grown<Column extends Uint8Array | Uint32Array | Float64Array>(column: Column, larger: Column): Column {
  larger.set(column)
  return larger
}
