import { CallgraphError, invalidValue } from '../callgraph-errors.ts'
import { nodeEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat, ReadOptions } from './format.ts'
import { JsCalls, type JsPlace, type JsPosition } from './js-calls.ts'
import * as member from './json-members.ts'
import { parseNative, readPieces } from './read-pieces.ts'
import { RepeatedCalls } from './repeated-calls.ts'

/** Unified JSON of `@persper/js-callgraph`: an array of calls. */
export const jsCallgraph: GraphFormat = { name: 'js-callgraph', recognises, read, infer: nodeEntryPoints }

function recognises({ firstElement, isEmptyArray }: ContentSample): boolean {
  if (isEmptyArray) return true
  if (!member.isJsonObject(firstElement)) return false
  return [firstElement['source'], firstElement['target']].every(
    (end) => member.isJsonObject(end) && typeof end['label'] === 'string' && typeof end['file'] === 'string',
  )
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder, { root }: ReadOptions): Promise<void> {
  const calls = await readJsCalls(chunks)
  calls.tell(builder, root)
}

/** All calls of an upload, before they become a graph. */
export async function readJsCalls(chunks: AsyncIterable<Buffer>): Promise<JsCalls> {
  const calls = new JsCalls()
  const repeated = new RepeatedCalls(calls, (end) => placeOf({ end }, 'end'))
  await readPieces(chunks, {
    opens: (path, kind) => path.length === 0 && kind === 'array',
    readInPlace: (_array, bytes, at) => repeated.read(bytes, at),
    take(event) {
      if (event.kind === 'open') return
      if (event.key === undefined) {
        throw new CallgraphError('CALLGRAPH_FORMAT_UNRECOGNISED', 'the content is not js-callgraph')
      }
      const call = member.objectOf(parseNative(event))
      calls.add(placeOf(call, 'source'), placeOf(call, 'target'))
    },
  })
  return calls
}

function placeOf(call: member.JsonObject, end: 'source' | 'target' | 'end'): JsPlace {
  const place = member.objectOf(call[end], `/${end}`)
  const label = member.textMember(place, 'label')
  const file = member.textMember(place, 'file')
  if (label === undefined || file === undefined) {
    throw invalidValue('TYPE_WRONG', 'label and file must be strings', `/${end}`)
  }
  return { label, file, at: positionOf(place) }
}

/** Natives have null places. */
function positionOf(place: member.JsonObject): JsPosition | undefined {
  const start = place['start'] ?? undefined
  const range = place['range'] ?? undefined
  if (start === undefined || range === undefined) return undefined
  const position = {
    row: member.countMember(member.objectOf(start), 'row'),
    column: member.countMember(member.objectOf(start), 'column'),
    start: member.countMember(member.objectOf(range), 'start'),
    end: member.countMember(member.objectOf(range), 'end'),
  }
  const { row, column, start: from, end } = position
  if (row === undefined || column === undefined || from === undefined || end === undefined) return undefined
  if (Math.max(row, column, from, end) >= 0xffffffff) throw invalidValue('TYPE_WRONG', 'a place is out of range')
  return { row, column, start: from, end }
}
