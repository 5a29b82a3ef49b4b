import type { JsonOpening, JsonPiece } from '../../lib/json-piece.ts'
import { invalidValue } from '../callgraph-errors.ts'
import type { EntryPointRule } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat, ReadOptions } from './format.ts'
import { JellyGraph } from './jelly-graph.ts'
import { isJellyLocation, parseLocation } from './jelly-locations.ts'
import { parseNative, readPieces } from './read-pieces.ts'

type Take = (graph: JellyGraph, value: unknown, key: unknown) => void

const tables: readonly string[] = ['functions', 'calls']
const takers: ReadonlyMap<string, Take> = new Map([
  ['entries', (graph, value) => graph.addEntry(fileName(value))],
  ['files', (graph, value) => graph.addFile(fileName(value))],
  ['functions', (graph, value, key) => graph.functions.add(numberOf(key), parseLocation(value))],
  ['calls', (graph, value, key) => graph.calls.add(numberOf(key), parseLocation(value))],
  ['fun2fun', (graph, value) => graph.addFunctionCall(...pairOf(value))],
  ['call2fun', (graph, value) => graph.addCall(...pairOf(value))],
] satisfies [string, Take][])

/** The files that the tool was started from: their top levels were flagged when they were read. */
const entryFiles: EntryPointRule = (nodes) =>
  nodes.filter((node) => node.isEntryPointCandidate).map(({ id }) => ({ nodeId: id, kind: 'init' }))

/** Jelly's JSON, static or dynamic: locations of functions and calls, and pairs of their numbers. */
export const jelly: GraphFormat = { name: 'jelly', recognises, read, infer: entryFiles }

/** Tables are objects by number, or lists: then only what a location looks like tells them from functions of our own shape. */
function recognises({ shape, members, isWhole }: ContentSample): boolean {
  const hasPairs = ['fun2fun', 'call2fun'].some((name) => members.get(name)?.kind === 'array')
  const functions = members.get('functions')
  if (shape !== 'object') return false
  if (functions === undefined) return hasPairs && !isWhole
  if (members.get('files')?.kind !== 'array') return false
  const mayBeEmpty = functions.kind === 'object' || functions.isEmpty
  return isJellyLocation(functions.firstElement) || (mayBeEmpty && hasPairs)
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder, { root }: ReadOptions): Promise<void> {
  const graph = new JellyGraph()
  await readPieces(chunks, {
    opens: ([name, ...deeper], kind) =>
      name === undefined ? kind === 'object' : deeper.length === 0 && isOpened(String(name), kind),
    take(event) {
      if (event.kind === 'value') takePiece(graph, event)
    },
  })
  graph.tell(builder, root)
}

function isOpened(name: string, kind: JsonOpening['container']['kind']): boolean {
  return takers.has(name) && (kind === 'array' || tables.includes(name))
}

function takePiece(graph: JellyGraph, piece: JsonPiece): void {
  const value = parseNative(piece)
  const [list] = piece.container?.path ?? []
  const take = takers.get(String(list))
  if (take) take(graph, value, piece.key)
  else refuseValue(String(piece.key), value)
}

/** `null` is absent. */
function refuseValue(name: string, value: unknown): void {
  if (value === null || !takers.has(name)) return
  throw invalidValue('TYPE_WRONG', `${name} must be a list`)
}

function fileName(value: unknown): string {
  if (typeof value === 'string') return value
  throw invalidValue('TYPE_WRONG', 'a file must be a string')
}

function pairOf(value: unknown): [number, number] {
  if (!Array.isArray(value) || value.length !== 2) throw invalidValue('TYPE_WRONG', 'a call must be a pair of numbers')
  return [numberOf(value[0]), numberOf(value[1])]
}

function numberOf(value: unknown): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 0xffffffff) return number
  throw invalidValue('TYPE_WRONG', 'functions and calls must be numbered')
}
