import { z } from 'zod'
import type { ScriptRange } from '../../evidence/tool-output.ts'
import { readPieces } from './read-pieces.ts'
import { scriptFile } from './script-file.ts'
import { ObservedFunctions, type ReadTool } from './tool-reader.ts'

const offset = z.int().min(0)

const Script = z.object({
  url: z.string(),
  functions: z.array(
    z.object({
      functionName: z.string(),
      ranges: z.array(z.object({ startOffset: offset, endOffset: offset, count: offset })).min(1),
    }),
  ),
})

/** `NODE_V8_COVERAGE`, or the inspector's precise coverage: the first range of a function counts its calls. */
export const readV8Coverage: ReadTool<'v8-coverage'> = async (limits, chunks) => {
  const functions = new ObservedFunctions<ScriptRange>(limits)
  let platform = 0
  await readPieces(chunks, {
    list: ['result'],
    element: Script,
    take(script) {
      const file = scriptFile(script.url)
      if (file === undefined) platform += script.functions.filter(({ ranges }) => ranges[0]?.count).length
      else for (const range of rangesOf(file, script)) functions.add(keyOf(range), range)
    },
  })
  return { output: { tool: 'v8-coverage', functions: functions.list() }, platform }
}

function rangesOf(file: string, { functions }: z.infer<typeof Script>): ScriptRange[] {
  return functions.flatMap(({ functionName: name, ranges: [whole] }, position) => {
    if (!whole) return []
    const { startOffset: start, endOffset: end, count: hits } = whole
    return [{ file, name, start, end, hits, isTopLevel: position === 0 && name === '' && start === 0 }]
  })
}

function keyOf({ file, name, start, end }: ScriptRange): string {
  return JSON.stringify([file, name, start, end])
}
