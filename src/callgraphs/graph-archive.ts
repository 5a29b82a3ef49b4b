import { readArchive, stageArchive } from '../cas/archive.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { splitLines } from '../lib/line-splitter.ts'
import { callgraphSchema, type NormalizedCallgraph } from './callgraph.ts'
import { bytesOfLines, edgeLineWithEvidence, nodeLine } from './canonical-lines.ts'
import { isJsonObject } from './formats/json-members.ts'
import { ownEdge, ownEntryPoint, ownNode } from './formats/own-records.ts'
import { GraphBuilder } from './graph-builder.ts'
import { defaultGraphLimits } from './raw-graph.ts'

const archiveLimits = { maxEntries: 8, maxBytes: 64 * 1024 ** 3 }
const maxLineBytes = 512 * 1024 * 1024

/** The stored form of a graph (contracts, 8). Nothing in it tells when, where or from which spelling it was made. */
export async function stageGraph(staging: Staging, graph: NormalizedCallgraph): Promise<StagedBlob> {
  const nodes = await staging.stage(asAsync(bytesOfLines(mapped(graph.nodes, nodeLine))), 'identity')
  try {
    const edges = await staging.stage(asAsync(bytesOfLines(mapped(graph.edges(), edgeLineWithEvidence))), 'identity')
    try {
      return await stageArchive(staging, [
        { name: 'edges.ndjson', content: edges },
        { name: 'meta.json', content: canonicalBytes(metaOf(graph)) },
        { name: 'nodes.ndjson', content: nodes },
      ])
    } finally {
      await edges.discard()
    }
  } finally {
    await nodes.discard()
  }
}

function metaOf({ language, closedWorld, entryPoints, nodes, edgeCount, externalCount }: NormalizedCallgraph) {
  const counts = { nodes: nodes.length, edges: edgeCount, entryPoints: entryPoints.length, external: externalCount }
  return { schema: callgraphSchema, language, closedWorld, entryPoints, counts }
}

function* mapped<Item>(items: Iterable<Item>, lineOf: (item: Item) => string): Generator<string> {
  for (const item of items) yield lineOf(item)
}

async function* asAsync(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks
}

/** The graph of an archive's tar bytes, for making its index again. What it was before normalising is not in the archive. */
export async function readGraphArchive(tar: AsyncIterable<Uint8Array>): Promise<NormalizedCallgraph> {
  const builder = new GraphBuilder(defaultGraphLimits)
  let meta = { language: '', closedWorld: false }
  for await (const { name, content } of readArchive(tar, archiveLimits)) {
    if (name === 'meta.json') meta = takeMeta(builder, JSON.parse((await whole(content)).toString('utf8')))
    if (name === 'nodes.ndjson') await eachLine(content, (value) => builder.addNode(ownNode(value)))
    if (name === 'edges.ndjson') await eachLine(content, (value) => builder.addEdge(ownEdge(value)))
  }
  // A graph that was stored without entry points had none: its format looked for them already.
  return builder.build({ ...meta, infer: () => [] })
}

function takeMeta(builder: GraphBuilder, meta: unknown) {
  if (!isJsonObject(meta) || !Array.isArray(meta['entryPoints']))
    throw new TypeError('a graph archive without meta data')
  for (const entryPoint of meta['entryPoints']) builder.addEntryPoint(ownEntryPoint(entryPoint))
  return { language: String(meta['language']), closedWorld: meta['closedWorld'] === true }
}

async function eachLine(content: AsyncIterable<Buffer>, take: (value: unknown) => void): Promise<void> {
  for await (const lines of splitLines(content, { maxLineBytes })) {
    for (const { bytes } of lines) take(JSON.parse(bytes.toString('utf8')))
  }
}

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(content))
}
