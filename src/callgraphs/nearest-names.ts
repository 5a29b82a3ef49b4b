import { compareOrdinal } from '../lib/ordinal.ts'
import type { GraphIndex } from './graph-index.ts'

interface Candidate {
  readonly id: string
  readonly distance: number
  readonly sharedEnd: number
}

/** Longer than any name that somebody mistyped: what would cost a table of distances is not compared. */
const maxComparedLength = 256

/**
 * Ids that whoever wrote `name` may have meant: those whose own name is the same or nearly so, whatever stands around it,
 * and of these the ones that agree longest from the end. Nearest first.
 */
export function nearestNames(index: GraphIndex, name: string, limit: number): string[] {
  const asked = name.toLowerCase()
  const wanted = ownName(asked)
  const found: Candidate[] = []
  for (let node = 0; node < index.nodeCount; node++) {
    const id = index.idOf(node)
    const lower = id.toLowerCase()
    const distance = distanceWithin(wanted, ownName(lower))
    if (distance !== undefined) keepNearest(found, { id, distance, sharedEnd: sharedEndOf(asked, lower) }, limit)
  }
  return found.map(({ id }) => id)
}

/** The last word of a name, without what tells where it stands or what it takes. */
function ownName(name: string): string {
  // A receiver stands in parentheses in front, parameters and places stand behind.
  const head = name.startsWith('(') ? name : name.replace(/[(@].*$/s, '')
  const words = head.split(/[^\p{L}\p{N}_$]+/u)
  return words.findLast((word) => word !== '') ?? name
}

function keepNearest(found: Candidate[], candidate: Candidate, limit: number): void {
  const position = found.findIndex((other) => compareCandidates(candidate, other) < 0)
  if (position < 0 && found.length >= limit) return
  found.splice(position < 0 ? found.length : position, 0, candidate)
  if (found.length > limit) found.pop()
}

function compareCandidates(one: Candidate, other: Candidate): number {
  return one.distance - other.distance || other.sharedEnd - one.sharedEnd || compareOrdinal(one.id, other.id)
}

function sharedEndOf(one: string, other: string): number {
  let shared = 0
  while (shared < one.length && shared < other.length && one.at(-1 - shared) === other.at(-1 - shared)) shared++
  return shared
}

/** Levenshtein's distance, as long as it is at most a quarter of the name; undefined beyond. */
function distanceWithin(one: string, other: string): number | undefined {
  if (one === other) return 0
  const most = Math.floor(one.length / 4)
  if (Math.abs(one.length - other.length) > most || one.length > maxComparedLength) return undefined
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [line, letter] of [...one].entries()) {
    row = nextRow(row, letter, { line, other })
    if (Math.min(...row) > most) return undefined
  }
  const distance = row.at(-1) ?? 0
  return distance <= most ? distance : undefined
}

function nextRow(row: readonly number[], letter: string, { line, other }: { line: number; other: string }): number[] {
  const next = [line + 1]
  for (let column = 1; column < row.length; column++) {
    const changed = (row[column - 1] ?? 0) + (other[column - 1] === letter ? 0 : 1)
    next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
  }
  return next
}
