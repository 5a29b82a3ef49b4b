import type { LocatedOutput, OutputMismatch, RuntimeTool, ToolOutput } from '../../evidence/tool-output.ts'
import type { Tenant } from '../../identifiers/tenant.ts'
import { checkEvent } from '../check-event.ts'
import type { ReadEvent } from '../read-event.ts'
import { RuntimeFactsError } from '../runtime-facts-errors.ts'
import { readToolOutput } from './read-tool-output.ts'
import type { ToolLimits } from './tool-reader.ts'

export interface ReadLocatedDeps {
  readonly limits: ToolLimits
  /** Which nodes of the graph a tool speaks of; undefined when the tenant has no such graph. */
  readonly locateOutput: (
    tenant: Tenant,
    callgraphId: string,
    output: ToolOutput,
  ) => Promise<LocatedOutput | OutputMismatch | undefined>
}

export interface ToolBody {
  readonly tenant: Tenant
  readonly callgraphId: string
  readonly tool: RuntimeTool
  readonly chunks: AsyncIterable<Buffer>
}

/** What the receipt of a tool's output tells besides its counts. */
export interface ToolSummary extends Pick<LocatedOutput, 'matched' | 'unmatched'> {
  readonly format: RuntimeTool
  readonly platformFunctions: number
}

export interface LocatedEvents {
  readonly events: Iterable<readonly ReadEvent[]>
  readonly summary: ToolSummary
}

/** A tool's output as runtime events: under the node's id where one was found, else under the tool's own name. */
export async function readLocated(
  { limits, locateOutput }: ReadLocatedDeps,
  { tenant, callgraphId, tool, chunks }: ToolBody,
): Promise<LocatedEvents> {
  const { output, platform } = await readToolOutput(limits, tool, chunks)
  const located = await locateOutput(tenant, callgraphId, output)
  if (!located) {
    const message = `there is no callgraph ${callgraphId.slice(0, 128)} (yet): keep the batch and try again`
    throw new RuntimeFactsError('CALLGRAPH_NOT_FOUND', message)
  }
  if ('fitting' in located) throw mismatch(tool, located)
  const { matched, unmatched } = located
  const platformFunctions = platform + located.platform
  return { events: eventsOf(located), summary: { format: tool, matched, platformFunctions, unmatched } }
}

const eventsPerBatch = 1000

function* eventsOf({ hits }: LocatedOutput): Generator<ReadEvent[]> {
  for (let start = 0; start < hits.length; start += eventsPerBatch) {
    yield hits.slice(start, start + eventsPerBatch).map(({ symbolId, hits: hitCount, observedAt }) => {
      const checked = checkEvent({ symbolId, hitCount, observedAt: observedAt ?? null })
      return 'event' in checked ? checked : { violation: checked.violation, text: symbolId }
    })
  }
}

function mismatch(tool: RuntimeTool, { graphFormat, fitting }: OutputMismatch): RuntimeFactsError {
  const formats = ['signals', ...fitting]
  const message = `${tool} does not speak of ${graphFormat} graphs; for this one the format can be ${formats.join(', ')}`
  return new RuntimeFactsError('RUNTIME_FORMAT_MISMATCH', message, { members: { formats } })
}
