import type { LocatedHit, ToolOutput } from '../../evidence/tool-output.ts'
import type { GraphIndex } from '../graph-index.ts'

/** What a graph's own format prints of places, beyond what the normalised graph keeps. Made from the artefact. */
export interface PositionTable {
  readonly tools: readonly ToolOutput['tool'][]
  /** The observed functions of one of those tools as nodes; undefined for another tool. */
  locate(index: GraphIndex, output: ToolOutput): Located | undefined
}

export interface Located {
  readonly hits: readonly LocatedHit[]
  readonly platform: number
}
