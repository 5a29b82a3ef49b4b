import type { ToolOutput } from '../../evidence/tool-output.ts'
import { RuntimeFactsError } from '../runtime-facts-errors.ts'

/** How the output of one tool is read: as a stream, into what it says ran. */
export type ReadTool<Tool extends ToolOutput['tool'] = ToolOutput['tool']> = (
  limits: ToolLimits,
  chunks: AsyncIterable<Buffer>,
) => Promise<ReadOutput<Extract<ToolOutput, { tool: Tool }>>>

export interface ToolLimits {
  /** How many distinct functions one output may tell of. */
  readonly maxSymbols: number
}

export interface ReadOutput<Output extends ToolOutput = ToolOutput> {
  readonly output: Output
  /** Functions of the platform itself, which were left out already here. */
  readonly platform: number
}

export interface ToolPlace {
  readonly pointer?: string
  readonly line?: number
  readonly byteOffset?: number
}

export function malformedOutput(message: string, place: ToolPlace, cause?: unknown): RuntimeFactsError {
  const violations = [{ code: 'TOOL_OUTPUT_MALFORMED', message, ...place }]
  return new RuntimeFactsError('TOOL_OUTPUT_MALFORMED', message, { violations, cause })
}

/** A million functions may have long names, but not all of them. */
const maxKeptCharacters = 256 * 1024 * 1024

/** Distinct functions with their hits, no more than a batch may name. */
export class ObservedFunctions<Observed extends { readonly hits: number; readonly observedAt?: string | undefined }> {
  readonly #maxSymbols: number
  readonly #byKey = new Map<string, Observed>()
  #keptCharacters = 0

  constructor({ maxSymbols }: ToolLimits) {
    this.#maxSymbols = maxSymbols
  }

  add(key: string, observed: Observed): void {
    const known = this.#byKey.get(key)
    if (!known && this.#byKey.size >= this.#maxSymbols) {
      throw new RuntimeFactsError('BATCH_TOO_LARGE', `a batch names at most ${this.#maxSymbols} distinct functions`)
    }
    if (!known) this.#keptCharacters += key.length
    if (this.#keptCharacters > maxKeptCharacters) {
      throw new RuntimeFactsError('BATCH_TOO_LARGE', 'the output has too much text: send it in parts')
    }
    this.#byKey.set(key, known ? { ...known, ...joined(known, observed) } : observed)
  }

  list(): Observed[] {
    return [...this.#byKey.values()]
  }
}

function joined(
  one: { readonly hits: number; readonly observedAt?: string | undefined },
  other: { readonly hits: number; readonly observedAt?: string | undefined },
) {
  const hits = Math.min(one.hits + other.hits, Number.MAX_SAFE_INTEGER)
  const times = [one.observedAt, other.observedAt].filter((time) => time !== undefined).sort()
  return { hits, observedAt: times.at(-1) }
}
