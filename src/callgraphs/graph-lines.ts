import { z } from 'zod'
import { readArchive } from '../cas/archive.ts'
import { splitLines } from '../lib/line-splitter.ts'

/** Opens the graph's archive from its start; called once a pass. */
export type OpenGraph = () => AsyncIterable<Buffer>

const archiveLimits = { maxEntries: 8, maxBytes: 64 * 1024 ** 3 }
const maxLineBytes = 512 * 1024 * 1024
const Meta = z.looseObject({ entryPoints: z.array(z.looseObject({})) })

/**
 * A stored graph as lines that say what they are: meta, nodes, edges, entry points. The archive holds edges first, so it is
 * read twice: that costs a decompression, and no memory.
 */
export async function* graphLines(open: OpenGraph): AsyncGenerator<Buffer> {
  const { entryPoints, ...meta } = Meta.parse(JSON.parse((await wholeEntry(open, 'meta.json')).toString('utf8')))
  yield recordLine('meta', JSON.stringify(meta))
  yield* recordLines('node', open, 'nodes.ndjson')
  yield* recordLines('edge', open, 'edges.ndjson')
  for (const entryPoint of entryPoints) yield recordLine('entryPoint', JSON.stringify(entryPoint))
}

async function* recordLines(record: string, open: OpenGraph, name: string): AsyncGenerator<Buffer> {
  for await (const entry of readArchive(open(), archiveLimits)) {
    if (entry.name !== name) continue
    for await (const lines of splitLines(entry.content, { maxLineBytes })) {
      yield Buffer.concat(lines.map(({ bytes }) => recordLine(record, bytes.toString('utf8'))))
    }
  }
}

async function wholeEntry(open: OpenGraph, name: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const entry of readArchive(open(), archiveLimits)) {
    if (entry.name !== name) continue
    for await (const chunk of entry.content) chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The member goes in front as text: the stored record is not parsed again. */
function recordLine(record: string, json: string): Buffer {
  return Buffer.from(`{"record":"${record}",${json.slice(1)}\n`)
}
