import { z } from 'zod'
import type { PythonFunction } from '../../evidence/tool-output.ts'
import { parseTimestamp } from '../../identifiers/timestamp.ts'
import { readPieces } from './read-pieces.ts'
import { malformedOutput, ObservedFunctions, type ReadTool } from './tool-reader.ts'

export const pythonProfileFormat = 'signals.python-profile.v1'

const Observed = z.object({
  file: z.string(),
  line: z.int().min(0),
  name: z.string().min(1),
  qualifiedName: z.string().nullish(),
  module: z.string().nullish(),
  calls: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
})

/** What `cProfile` counted, as the small JSON that docs/runtime-tools.md defines: primitive calls by code object. */
export const readPythonProfile: ReadTool<'python-profile'> = async (limits, chunks) => {
  const functions = new ObservedFunctions<PythonFunction>(limits)
  let observedAt: string | undefined
  await readPieces(chunks, {
    list: ['functions'],
    element: Observed,
    take({ calls: hits, qualifiedName, module, ...place }) {
      const key = JSON.stringify([place.file, place.line, place.name, qualifiedName])
      functions.add(key, { ...place, qualifiedName: qualifiedName ?? undefined, module: module ?? undefined, hits })
    },
    takeMember(name, value) {
      if (name === 'format' && value !== pythonProfileFormat) {
        throw malformedOutput(`the format is not ${pythonProfileFormat}`, { pointer: '/format' })
      }
      if (name === 'observedAt') observedAt = parseTimestamp(typeof value === 'string' ? value : '')
    },
  })
  return {
    output: { tool: 'python-profile', functions: functions.list().map((each) => ({ ...each, observedAt })) },
    platform: 0,
  }
}
