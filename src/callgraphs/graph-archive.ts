import { type MadeContent, readArchive, stageArchive } from '../cas/archive.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import type { Digest } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { splitLines } from '../lib/line-splitter.ts'
import { callgraphSchema, type NormalizedCallgraph } from './callgraph.ts'
import { bytesOfLines, nodeLine } from './canonical-lines.ts'
import { EdgeLines } from './edge-lines.ts'
import { isJsonObject } from './formats/json-members.ts'
import { ownEdge, ownEntryPoint, ownNode } from './formats/own-records.ts'
import { GraphBuilder } from './graph-builder.ts'
import { GraphHash } from './graph-hash.ts'
import { defaultGraphLimits } from './raw-graph.ts'

const archiveLimits = { maxEntries: 8, maxBytes: 64 * 1024 ** 3 }
const maxLineBytes = 512 * 1024 * 1024

export interface StagedGraph {
  readonly graphHash: Digest
  readonly archive: StagedBlob
}

/**
 * The stored form of a graph (contracts, 8), and its hash, from lines that are made once for both. Nothing in it tells when,
 * where or from which spelling it was made.
 */
export async function stageGraph(staging: Staging, graph: NormalizedCallgraph): Promise<StagedGraph> {
  const hash = new GraphHash(graph)
  const nodes = await staging.stage(asAsync(hashed(bytesOfLines(graph.nodes, nodeLine), hash)), 'identity')
  try {
    const archive = await stageArchive(staging, [
      { name: 'edges.ndjson', content: edgesOf(graph, hash) },
      { name: 'meta.json', content: canonicalBytes(metaOf(graph)) },
      { name: 'nodes.ndjson', content: nodes },
    ])
    return { graphHash: hash.digest(), archive }
  } finally {
    await nodes.discard()
  }
}

/** Where no edge says where it was seen, the lines that are stored are those that are hashed. */
function edgesOf(graph: NormalizedCallgraph, hash: GraphHash): MadeContent {
  const stored = new EdgeLines(graph, { withEvidence: true })
  if (!graph.hasEvidence) return { contentLength: stored.byteLength, pieces: () => hashed(stored.pieces(), hash) }
  for (const piece of new EdgeLines(graph, { withEvidence: false }).pieces()) hash.update(piece)
  return { contentLength: stored.byteLength, pieces: () => stored.pieces() }
}

function* hashed(pieces: Iterable<Buffer>, hash: GraphHash): Generator<Buffer> {
  for (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
}

function metaOf({ language, closedWorld, entryPoints, nodes, edgeCount, externalCount }: NormalizedCallgraph) {
  const counts = { nodes: nodes.length, edges: edgeCount, entryPoints: entryPoints.length, external: externalCount }
  return { schema: callgraphSchema, language, closedWorld, entryPoints, counts }
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
