import type { RuntimeTool } from '../../evidence/tool-output.ts'
import { readGoCoverage } from './go-coverage.ts'
import { readJfr } from './jfr.ts'
import { readPythonProfile } from './python-profile.ts'
import type { ReadOutput, ReadTool, ToolLimits } from './tool-reader.ts'
import { readV8Coverage } from './v8-coverage.ts'
import { readV8CpuProfile } from './v8-cpu-profile.ts'

const readers: { readonly [Tool in RuntimeTool]: ReadTool<Tool> } = {
  'v8-coverage': readV8Coverage,
  'v8-cpuprofile': readV8CpuProfile,
  jfr: readJfr,
  'go-coverage': readGoCoverage,
  'python-profile': readPythonProfile,
}

/** What one tool's output says ran. */
export async function readToolOutput(
  limits: ToolLimits,
  tool: RuntimeTool,
  chunks: AsyncIterable<Buffer>,
): Promise<ReadOutput> {
  return await readers[tool](limits, chunks)
}
