import { readJsCalls } from '../formats/js-callgraph.ts'
import { readCallSites } from './go-call-sites.ts'
import { goPositions } from './go-positions.ts'
import { javaPositions } from './java-positions.ts'
import { jsPositions } from './js-positions.ts'
import type { PositionTable } from './position-table.ts'
import { pythonPositions } from './python-positions.ts'

export interface PositionSource {
  readonly format: string
  readonly language: string
  /** As given with the upload. */
  readonly root?: string | undefined
}

/** What a graph's artefact tells of places; formats that no tool speaks of have an empty table. */
export async function readPositions(
  { format, language, root }: PositionSource,
  artifact: AsyncIterable<Buffer>,
): Promise<PositionTable> {
  if (format === 'js-callgraph') return jsPositions(await readJsCalls(artifact), root)
  if (format === 'go-callgraph') return goPositions(await readCallSites(artifact))
  if (format === 'java-callgraph') return javaPositions
  if (format === 'pycg') return pythonPositions
  // FASTEN's nodes bear, as their symbolKey, the names that those two print.
  if (format === 'fasten' && language === 'java') return javaPositions
  if (format === 'fasten' && language === 'python') return pythonPositions
  return { tools: [], locate: () => undefined }
}
