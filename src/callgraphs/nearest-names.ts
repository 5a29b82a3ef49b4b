import { compareOrdinal } from '../lib/ordinal.ts'
import { editDistance } from './edit-distance.ts'
import type { GraphIndex } from './graph-index.ts'
import { firstAtLeast } from './ids-in-order.ts'

/** A suggestion must not cost what a search does: in a graph with more nodes only those around the name are looked at. */
const maxLookedAt = 10_000

/**
 * Ids that whoever wrote `name` may have meant: those whose own name is the same or nearly so, whatever stands around it,
 * and of these the ones that share most of the rest. Nearest first; for people, since nothing is ever resolved by them.
 */
export function nearestNames(index: GraphIndex, name: string, limit: number): string[] {
  const asked = name.toLowerCase().slice(-4096)
  const wanted = ownName(asked)
  if (wanted === '') return []
  const near: Candidate[] = []
  for (const id of idsAround(index, name)) {
    const lower = id.toLowerCase()
    const distance = editDistance(wanted, ownName(lower), slipsIn(wanted))
    if (distance !== undefined) near.push({ id, distance, shared: sharedLength(asked, lower) })
  }
  return near
    .sort(nearestFirst)
    .slice(0, limit)
    .map(({ id }) => id)
}

interface Candidate {
  readonly id: string
  readonly distance: number
  readonly shared: number
}

function nearestFirst(left: Candidate, right: Candidate): number {
  return left.distance - right.distance || right.shared - left.shared || compareOrdinal(left.id, right.id)
}

/** One slip in four characters, and never many. */
function slipsIn(name: string): number {
  return Math.min(4, Math.floor(name.length / 4))
}

function* idsAround(index: GraphIndex, name: string): Generator<string> {
  const middle = firstAtLeast(index, name)
  const first = Math.max(0, Math.min(middle - maxLookedAt / 2, index.nodeCount - maxLookedAt))
  const end = Math.min(index.nodeCount, first + maxLookedAt)
  for (let node = first; node < end; node += 1) yield index.idOf(node)
}

/** What would cost a table of distances is cut off. */
const maxNameLength = 128

/** The last part of a name, without places, parameters and type arguments, whatever the language. */
export function ownName(id: string): string {
  const whole = id.slice(0, nameEnd(unplaced(id)))
  let start = whole.length
  while (start > 0 && !separators.has(whole.charCodeAt(start - 1))) start -= 1
  return whole.slice(Math.max(start, whole.length - maxNameLength))
}

const separators = new Set(Buffer.from('#:./)', 'latin1'))

/** A place ends in a digit or a bracket: most names need no closer look. */
function unplaced(id: string): string {
  return /[\d\]]$/.test(id) ? id.slice(-4096).replace(/(?:@\d+)?(?::\d+)+$|\[\d+,\d+\]$/, '') : id
}

/** A receiver stands in parentheses in front; type arguments and parameters stand behind. */
function nameEnd(id: string): number {
  const [bracket, parenthesis] = [id.indexOf('[', 1), id.indexOf('(', 1)]
  if (bracket === -1) return parenthesis === -1 ? id.length : parenthesis
  return parenthesis === -1 ? bracket : Math.min(bracket, parenthesis)
}

/** How much of both is alike at either end. */
function sharedLength(one: string, other: string): number {
  const shortest = Math.min(one.length, other.length)
  let before = 0
  while (before < shortest && one[before] === other[before]) before += 1
  let behind = 0
  while (behind < shortest - before && one.at(-1 - behind) === other.at(-1 - behind)) behind += 1
  return before + behind
}
