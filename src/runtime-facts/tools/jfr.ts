import { z } from 'zod'
import type { JavaMethod } from '../../evidence/tool-output.ts'
import { parseTimestamp } from '../../identifiers/timestamp.ts'
import { readPieces } from './read-pieces.ts'
import { ObservedFunctions, type ReadTool } from './tool-reader.ts'

const Method = z.object({
  type: z.object({ name: z.string(), hidden: z.boolean().optional() }),
  name: z.string(),
  descriptor: z.string(),
})

const Event = z.object({
  type: z.string(),
  values: z.object({
    startTime: z.string().optional(),
    stackTrace: z.object({ frames: z.array(z.object({ method: Method.nullish() })) }).nullish(),
  }),
})

const samples = new Set(['jdk.ExecutionSample', 'jdk.NativeMethodSample'])

/**
 * `jfr print --json`: every method on the stack of a sample was running, not the topmost alone, so each counts once per
 * sample, however often it recurs: samples, not calls.
 */
export const readJfr: ReadTool<'jfr'> = async (limits, chunks) => {
  const functions = new ObservedFunctions<JavaMethod>(limits)
  const platform = new Set<string>()
  await readPieces(chunks, {
    list: ['recording', 'events'],
    element: Event,
    take({ type, values: { startTime, stackTrace } }) {
      if (!samples.has(type)) return
      const observedAt = parseTimestamp(startTime ?? '')
      const onStack = new Map(
        (stackTrace?.frames ?? []).flatMap(({ method }) => (method ? [[keyOf(method), method]] : [])),
      )
      for (const [key, method] of onStack) {
        if (isMadeByJvm(method)) platform.add(key)
        else functions.add(key, { ...namesOf(method), hits: 1, observedAt })
      }
    },
  })
  return { output: { tool: 'jfr', functions: functions.list() }, platform: platform.size }
}

function keyOf({ type, name, descriptor }: z.infer<typeof Method>): string {
  return `${type.name} ${name} ${descriptor}`
}

function namesOf({ type, name, descriptor }: z.infer<typeof Method>) {
  return { className: type.name, method: name, descriptor }
}

/** Adapters between a lambda and its interface: their names hold an address, and stand in no source. */
function isMadeByJvm({ type }: z.infer<typeof Method>): boolean {
  return type.hidden === true || type.name.includes('$$Lambda')
}
