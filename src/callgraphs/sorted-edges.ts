import type { CallgraphEdge, NumberedEdge } from './callgraph.ts'
import { type EdgeColumns, edgeCodeCount, kindOfCode, typeOfCode } from './edge-columns.ts'

/** Edges in order of (from, to, kind, type), like ones merged: rows of one edge stand together in `order`. */
export interface SortedEdges {
  readonly count: number
  edgeAt(position: number): NumberedEdge
}

/** Sorts by counting, in three stable passes from the last key to the first: time grows with edges plus nodes, never worse. */
export function sortEdges(columns: EdgeColumns, ranks: Uint32Array): SortedEdges {
  const nodeCount = ranks.length
  const rankOf = (node: number) => ranks[node] ?? 0
  let order = new Uint32Array(columns.length)
  for (let row = 0; row < order.length; row += 1) order[row] = row
  if (columns.hasSeveralCodes) order = passOf(order, edgeCodeCount, (row) => columns.code(row))
  order = passOf(order, nodeCount, (row) => rankOf(columns.to(row)))
  order = passOf(order, nodeCount, (row) => rankOf(columns.from(row)))
  const starts = startsOfLike(columns, order)
  return {
    count: starts.length,
    edgeAt(position) {
      const start = starts[position] ?? 0
      const end = starts[position + 1] ?? order.length
      const first = order[start] ?? 0
      const ends = { from: rankOf(columns.from(first)), to: rankOf(columns.to(first)), code: columns.code(first) }
      return end - start === 1 ? onlyEdge(columns, first, ends) : mergedEdge(columns, order.subarray(start, end), ends)
    },
  }
}

/** One edge at a time as objects that say all: a graph of millions is never held as them. */
export function* edgesByName(sorted: SortedEdges, idsInOrder: readonly string[]): Generator<CallgraphEdge> {
  for (let position = 0; position < sorted.count; position += 1) {
    const { from, to, code, confidence, isResolved, reason, candidates, evidence } = sorted.edgeAt(position)
    yield {
      from: idsInOrder[from] ?? '',
      to: idsInOrder[to] ?? '',
      kind: kindOfCode(code),
      type: typeOfCode(code),
      ...(reason !== undefined && { reason }),
      confidence,
      isResolved,
      ...(candidates.length > 0 && { candidates }),
      ...(evidence.length > 0 && { evidence }),
    }
  }
}

function passOf(order: Uint32Array<ArrayBuffer>, keyCount: number, keyOf: (row: number) => number) {
  const next = new Uint32Array(keyCount + 1)
  for (const row of order) next[keyOf(row) + 1] = (next[keyOf(row) + 1] ?? 0) + 1
  for (let key = 1; key <= keyCount; key += 1) next[key] = (next[key] ?? 0) + (next[key - 1] ?? 0)
  const sorted = new Uint32Array(order.length)
  for (const row of order) {
    const key = keyOf(row)
    const place = next[key] ?? 0
    sorted[place] = row
    next[key] = place + 1
  }
  return sorted
}

function startsOfLike(columns: EdgeColumns, order: Uint32Array): Uint32Array {
  const starts = new Uint32Array(order.length)
  let count = 0
  for (let position = 0; position < order.length; position += 1) {
    if (position > 0 && isLike(columns, order[position - 1] ?? 0, order[position] ?? 0)) continue
    starts[count] = position
    count += 1
  }
  return starts.subarray(0, count)
}

function isLike(columns: EdgeColumns, left: number, right: number): boolean {
  return (
    columns.from(left) === columns.from(right) &&
    columns.to(left) === columns.to(right) &&
    columns.code(left) === columns.code(right)
  )
}

type Ends = Pick<NumberedEdge, 'from' | 'to' | 'code'>

function onlyEdge(columns: EdgeColumns, row: number, { from, to, code }: Ends): NumberedEdge {
  return {
    from,
    to,
    code,
    confidence: columns.confidence(row),
    isResolved: columns.isResolved(row),
    reason: columns.reason(row),
    candidates: columns.candidates(row),
    evidence: columns.evidence(row),
  }
}

/** Highest confidence, unresolved if any is, the smallest reason, all candidates and evidence. Source: contracts, small print 3. */
function mergedEdge(columns: EdgeColumns, rows: Uint32Array, ends: Ends): NumberedEdge {
  let confidence = 0
  let isResolved = true
  let reason: string | undefined
  for (const row of rows) {
    confidence = Math.max(confidence, columns.confidence(row))
    isResolved &&= columns.isResolved(row)
    reason = smaller(reason, columns.reason(row))
  }
  const candidates = united(rows, (row) => columns.candidates(row))
  const evidence = united(rows, (row) => columns.evidence(row))
  return { ...ends, confidence, isResolved, reason, candidates, evidence }
}

function smaller(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return right < left ? right : left
}

function united(rows: Uint32Array, listOf: (row: number) => readonly string[]): readonly string[] {
  const texts = new Set<string>()
  for (const row of rows) for (const text of listOf(row)) texts.add(text)
  return texts.size > 1 ? [...texts].toSorted() : [...texts]
}
