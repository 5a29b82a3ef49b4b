import type { JsCalls } from '../formats/js-calls.ts'
import { functionsByFile } from './js-functions.ts'
import { locateScriptPlaces } from './locate-script-places.ts'
import { locateScriptRanges } from './locate-script-ranges.ts'
import type { PositionTable } from './position-table.ts'

/** V8 speaks of a JavaScript graph's functions by their places. */
export function jsPositions(calls: JsCalls, root: string | undefined): PositionTable {
  const files = functionsByFile(calls.places(root))
  return {
    tools: ['v8-coverage', 'v8-cpuprofile'],
    locate(index, output) {
      if (output.tool === 'v8-coverage')
        return { hits: locateScriptRanges({ index, files }, output.functions), platform: 0 }
      if (output.tool === 'v8-cpuprofile')
        return { hits: locateScriptPlaces({ index, files }, output.functions), platform: 0 }
      return undefined
    },
  }
}
