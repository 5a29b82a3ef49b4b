import { createReadStream } from 'node:fs'
import type { CallgraphUpload } from '../callgraphs/callgraph-upload.ts'
import { ServiceError, type Violation } from '../errors.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import type { BundleFileName } from './bundle-file-name.ts'
import type { ExtractedFile } from './extract-entry.ts'
import type { BundleFiles } from './read-bundle.ts'
import type { UnionBundle } from './union-bundle.ts'
import { refusedFile } from './union-bundle-errors.ts'

/** The graph of a bundle as an upload: what it would be if somebody posted it apart, but for its id. */
export function graphUploadOf({ tenant, analysisId, meta, subject }: UnionBundle): Omit<CallgraphUpload, 'content'> {
  const { language, component, version, produced_by } = meta
  return {
    tenant,
    callgraphId: analysisId,
    analysisId,
    ...(language != null && { language }),
    component: component ?? analysisId,
    version: version ?? '1',
    format: 'union-ndjson',
    // The reader finds both in the line of the meta.
    closedWorld: false,
    entryPoints: [],
    targets: [],
    analyzer: { name: produced_by.tool, version: produced_by.version },
    ...(subject && { subject }),
  }
}

/** A stretch of the lines that the reader of graphs is given. */
interface Part {
  readonly file: BundleFileName
  readonly lines: number
  readonly bytes: number
  readonly content: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** One stream of lines, out of three files. */
export class BundleGraph {
  readonly #parts: readonly Part[]

  constructor(files: BundleFiles, { meta }: UnionBundle) {
    this.#parts = [metaPart(meta), ...filePart(files, 'nodes.ndjson'), ...filePart(files, 'edges.ndjson')]
  }

  async *lines(): AsyncGenerator<Uint8Array> {
    for (const { content } of this.#parts) yield* content()
  }

  /** What is wrong with the graph, told of the file in which it is. */
  refusal(error: unknown): unknown {
    // What comes from the thread that read the graph has its code, but no class of its own.
    if (!(error instanceof ServiceError)) return error
    if (error.code === 'CALLGRAPH_EMPTY') {
      return refusedFile('nodes.ndjson', 'UNION_GRAPH_EMPTY', 'has no node', { cause: error })
    }
    if (error.code !== 'CALLGRAPH_MALFORMED' && error.code !== 'CALLGRAPH_INVALID') return error
    const [first, ...others] = error.violations.map((violation) => this.#placed(violation))
    const file = first?.file ?? 'nodes.ndjson'
    const violations = [first, ...others].flatMap((placed) => placed?.violation ?? [])
    const message = first?.violation.message ?? error.message
    return refusedFile(file, 'UNION_LINE_INVALID', message, { cause: error, violations })
  }

  #placed({ line = 1, byteOffset = 0, ...violation }: Violation): { file: BundleFileName; violation: Violation } {
    let [lines, bytes] = [0, 0]
    for (const part of this.#parts) {
      if (line <= lines + part.lines) {
        const place = part.file === 'meta.json' ? {} : { line: line - lines, byteOffset: byteOffset - bytes }
        return { file: part.file, violation: { ...violation, ...place } }
      }
      lines += part.lines
      bytes += part.bytes
    }
    return { file: 'edges.ndjson', violation }
  }
}

const lineFeed = Buffer.from('\n')

/** The members that say something of the graph; what else the bundle says is no part of it. */
function metaPart({ schema, entry_points, closed_world }: UnionBundle['meta']): Part {
  const said = { schema, entry_points: entry_points ?? [], closed_world: closed_world ?? false }
  const line = Buffer.concat([canonicalBytes(said), lineFeed])
  return { file: 'meta.json', lines: 1, bytes: line.length, content: () => [line] }
}

function filePart(files: BundleFiles, name: BundleFileName): Part[] {
  const file = files.get(name)
  return file ? [partOf(name, file)] : []
}

function partOf(file: BundleFileName, { blob, lines, endsWithLineFeed }: ExtractedFile): Part {
  const bytes = blob.contentLength + (endsWithLineFeed ? 0 : 1)
  return { file, lines, bytes, content: () => terminated(blob.path, endsWithLineFeed) }
}

async function* terminated(path: string, endsWithLineFeed: boolean): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path)
  if (!endsWithLineFeed) yield lineFeed
}
