import type { JsonPiece } from '../../lib/json-piece.ts'
import { invalidValue } from '../callgraph-errors.ts'
import { pythonEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { pythonNameParts } from '../symbol-parts.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat } from './format.ts'
import { parseNative, readPieces } from './read-pieces.ts'

/** PyCG's simple JSON: caller to callees, by dotted name. Every key and every callee is a node. */
export const pycg: GraphFormat = {
  name: 'pycg',
  recognises,
  read,
  infer: pythonEntryPoints,
  partsOf: pythonNameParts,
}

/** An object of arrays of strings with at least one key; members that the head cuts off do not speak against it. */
function recognises({ shape, members }: ContentSample): boolean {
  const holdsNames = [...members.values()].every(
    ({ kind, isEmpty, firstElement }) =>
      kind === 'array' && (isEmpty || firstElement === undefined || typeof firstElement === 'string'),
  )
  return shape === 'object' && members.size > 0 && holdsNames
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder): Promise<void> {
  await readPieces(chunks, {
    opens: (path, kind) => path.length === 0 || (path.length === 1 && kind === 'array'),
    take(event) {
      const [caller] = event.container?.path ?? []
      if (event.kind === 'open') {
        if (caller !== undefined) builder.mentionNode(String(caller))
      } else builder.addEdge({ from: callerOf(caller), to: calleeOf(event) })
    },
  })
}

function callerOf(name: string | number | undefined): string {
  if (typeof name === 'string') return name
  throw invalidValue('TYPE_WRONG', 'every member must be a list of names')
}

function calleeOf(piece: JsonPiece): string {
  const callee = parseNative(piece)
  if (typeof callee === 'string') return callee
  throw invalidValue('TYPE_WRONG', 'a callee must be a string')
}
