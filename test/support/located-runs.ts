import { createReadStream, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createGunzip } from 'node:zlib'
import { readCallgraph } from '../../src/callgraphs/analyze-callgraph.ts'
import type { GraphIndex } from '../../src/callgraphs/graph-index.ts'
import type { Located } from '../../src/callgraphs/positions/position-table.ts'
import { readPositions } from '../../src/callgraphs/positions/read-positions.ts'
import type { LocatedHit, RuntimeTool } from '../../src/evidence/tool-output.ts'
import { readToolOutput } from '../../src/runtime-facts/tools/read-tool-output.ts'
import { indexOf } from './read-graph.ts'

const real = resolve(import.meta.dirname, '../../fixtures/real')

export interface RealRun {
  /** Below `fixtures/real`. */
  readonly folder: string
  readonly graph: string
  readonly language: string
  readonly format: string
  readonly tool: RuntimeTool
  /** Each is one body, of one or several files. */
  readonly traces: readonly (readonly string[])[]
}

export function contentOf(folder: string, file: string): AsyncIterable<Buffer> {
  const stream = createReadStream(join(real, folder, file))
  return file.endsWith('.gz') ? stream.pipe(createGunzip()) : stream
}

/** Files one behind the other, as a client may send them. */
async function* joined(folder: string, files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) yield* contentOf(folder, file)
}

/** A real run against the real graph of the same program. */
export async function locatedRun(run: RealRun): Promise<Located & { readonly index: GraphIndex }> {
  const chunks = contentOf(run.folder, run.graph)
  const { graph } = await readCallgraph({ ...plain, format: run.format, language: run.language, chunks })
  const index = indexOf(graph)
  const table = await readPositions({ format: run.format, language: run.language }, contentOf(run.folder, run.graph))
  const parts: Located[] = []
  for (const trace of run.traces) {
    const { output } = await readToolOutput({ maxSymbols: 1_000_000 }, run.tool, joined(run.folder, trace))
    const located = table.locate(index, output)
    if (!located) throw new TypeError(`${run.format} does not fit ${run.tool}`)
    parts.push(located)
  }
  const platform = parts.reduce((sum, part) => sum + part.platform, 0)
  return { index, hits: parts.flatMap(({ hits }) => hits), platform }
}

const plain = { declaredEntryPoints: [], closedWorld: false }

/** Hits by name, summed over runs. */
export function sumsOf(hits: Iterable<{ readonly symbolId: string; readonly hits: number }>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { symbolId, hits: count } of hits) sums.set(symbolId, (sums.get(symbolId) ?? 0) + count)
  return sums
}

/** What another observer counted, made without this service. */
export function independentSums(folder: string, file = 'runtime.ndjson'): Map<string, number> {
  const lines = readFileSync(join(real, folder, file), 'utf8')
    .trim()
    .split('\n')
  return sumsOf(
    lines.map((line) => {
      const { symbolId, hitCount } = JSON.parse(line)
      return { symbolId, hits: hitCount }
    }),
  )
}

export function nodesOf(hits: readonly LocatedHit[]): LocatedHit[] {
  return hits.filter(({ isNode }) => isNode)
}
