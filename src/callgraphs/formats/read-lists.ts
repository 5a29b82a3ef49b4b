import { type JsonOpening, type JsonPiece, pointerTo } from '../../lib/json-piece.ts'
import { parseStrictJson } from '../../lib/strict-json.ts'
import { CallgraphError, invalidValue, malformed } from '../callgraph-errors.ts'
import { readPieces } from './read-pieces.ts'

export interface ListsShape {
  readonly format: string
  readonly maxDepth: number
  /** What becomes of each element of a list, by the name of the list. */
  readonly lists: ReadonlyMap<string, (element: unknown) => void>
  /** The same for elements that can be read where they stand: tells where one ends, or -1, and it is parsed. */
  readonly inPlace?: ReadonlyMap<string, (bytes: Buffer, at: number) => number>
}

/** Of a flat element of a list: the object around the list, the list, itself. */
const elementDepth = 3

/** A name is the client's, as long as its text allowed. */
const maxShownName = 128
const forbiddenNames: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** Reads an object whose lists hold the records of a graph, element by element. Being a defined shape, it is read strictly. */
export async function readLists(chunks: AsyncIterable<Buffer>, shape: ListsShape): Promise<void> {
  const names = new Set<string>()
  const inPlace = shape.maxDepth >= elementDepth ? shape.inPlace : undefined
  await readPieces(chunks, {
    ...(inPlace && { readInPlace: ({ path: [list] }, bytes, at) => inPlace.get(String(list))?.(bytes, at) ?? -1 }),
    opens: ([name, ...deeper], kind) =>
      name === undefined || (deeper.length === 0 && kind === 'array' && shape.lists.has(String(name))),
    take(event) {
      if (event.kind === 'open') noteOpening(names, shape, event)
      else takePiece(names, shape, event)
    },
  })
}

function noteOpening(names: Set<string>, shape: ListsShape, { container, byteOffset }: JsonOpening): void {
  const [name] = container.path
  if (name !== undefined) noteName(names, { name: String(name), byteOffset })
  else if (container.kind === 'array') throw notThisFormat(shape)
}

function takePiece(names: Set<string>, shape: ListsShape, piece: JsonPiece): void {
  const [list] = piece.container?.path ?? []
  const outerDepth = list === undefined ? 1 : 2
  const value = parseStrictJson(piece.bytes, { maxDepth: shape.maxDepth, outerDepth })
  const add = typeof list === 'string' ? shape.lists.get(list) : undefined
  if (add) {
    add(value)
    return
  }
  const name = String(piece.key ?? '')
  if (piece.key === undefined) throw notThisFormat(shape)
  noteName(names, { name, byteOffset: piece.byteOffset })
  if (shape.lists.has(name) && value !== null) throw invalidValue('TYPE_WRONG', `${name} must be a list`)
}

function noteName(names: Set<string>, { name, byteOffset }: { name: string; byteOffset: number }): void {
  const place = { pointer: pointerTo([name]), byteOffset }
  if (names.has(name)) throw malformed(`the member ${name.slice(0, maxShownName)} is there twice`, place)
  if (forbiddenNames.includes(name)) throw malformed(`the member name ${name} is not allowed`, place)
  names.add(name)
}

function notThisFormat({ format }: ListsShape): CallgraphError {
  return new CallgraphError('CALLGRAPH_FORMAT_UNRECOGNISED', `the content is not ${format}`)
}
