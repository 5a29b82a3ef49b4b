import { z } from 'zod'
import type { ScriptPlace } from '../../evidence/tool-output.ts'
import { readPieces } from './read-pieces.ts'
import { scriptFile } from './script-file.ts'
import { ObservedFunctions, type ReadTool } from './tool-reader.ts'

const Node = z.object({
  callFrame: z.object({
    functionName: z.string(),
    url: z.string(),
    lineNumber: z.int(),
    columnNumber: z.int(),
  }),
  hitCount: z.int().min(0).optional(),
})

/**
 * `node --cpu-prof`: a tree of calls. A function in it ran, even if no sample met it at its own work, so each place in the
 * tree counts its samples and at least one: samples, not calls.
 */
export const readV8CpuProfile: ReadTool<'v8-cpuprofile'> = async (limits, chunks) => {
  const functions = new ObservedFunctions<ScriptPlace>(limits)
  const platform = new Set<string>()
  await readPieces(chunks, {
    list: ['nodes'],
    element: Node,
    take({ callFrame, hitCount = 0 }) {
      const { functionName: name, url, lineNumber: line, columnNumber: column } = callFrame
      const file = scriptFile(url)
      const hits = Math.max(1, hitCount)
      if (file !== undefined)
        functions.add(JSON.stringify([file, line, column, name]), { file, name, line, column, hits })
      else if (!isNoFunction(name)) platform.add(JSON.stringify([url, line, column, name]))
    },
  })
  return { output: { tool: 'v8-cpuprofile', functions: functions.list() }, platform: platform.size }
}

/** `(root)`, `(program)`, `(idle)`, `(garbage collector)`, `RegExp: …`: where time went, but no function. */
function isNoFunction(name: string): boolean {
  return name.startsWith('(') || name.startsWith('RegExp: ')
}
