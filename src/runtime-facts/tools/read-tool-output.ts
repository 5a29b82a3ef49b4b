import type { RuntimeTool, ToolOutput } from '../../evidence/tool-output.ts'
import type { ReadOutput, ToolLimits } from './tool-reader.ts'
import { readV8Coverage } from './v8-coverage.ts'
import { readV8CpuProfile } from './v8-cpu-profile.ts'

type Read = (limits: ToolLimits, chunks: AsyncIterable<Buffer>) => Promise<ReadOutput<ToolOutput>>

const readers: Partial<Record<RuntimeTool, Read>> = {
  'v8-coverage': readV8Coverage,
  'v8-cpuprofile': readV8CpuProfile,
}

/** What one tool's output says ran. */
export async function readToolOutput(
  limits: ToolLimits,
  tool: RuntimeTool,
  chunks: AsyncIterable<Buffer>,
): Promise<ReadOutput<ToolOutput>> {
  const read = readers[tool]
  if (!read) throw new TypeError(tool)
  return await read(limits, chunks)
}
