import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { analyzeCallgraph } from '../../../src/callgraphs/analyze-callgraph.ts'
import { callgraphIdOf } from '../../../src/callgraphs/callgraph-id.ts'
import { readGraphArchive, stageGraph } from '../../../src/callgraphs/graph-archive.ts'
import { hashCallgraph } from '../../../src/callgraphs/graph-hash.ts'
import { openGraphIndex } from '../../../src/callgraphs/open-graph-index.ts'
import type { StagedBlob } from '../../../src/cas/staged-blob.ts'
import { Staging } from '../../../src/cas/staging.ts'
import { digestFromHex, sha256Of } from '../../../src/identifiers/digest.ts'
import { drawing, respelled } from '../../support/arbitrary-graphs.ts'
import { chunked, normalized } from '../../support/read-graph.ts'
import { chunksOf, goldenDigests, realGraphs } from '../../support/real-graphs.ts'

let directory: string
let staging: Staging

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signals-analyze-'))
  staging = await Staging.open(directory)
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

const options = { format: 'auto', language: 'node', declaredEntryPoints: ['b'], closedWorld: true }
const graph = {
  nodes: [{ id: 'a', line: 3 }, { id: 'b' }],
  edges: [
    { from: 'b', to: 'lib', evidence: ['z', 'y'] },
    { from: 'a', to: 'b', kind: 'heuristic' },
  ],
  entryPoints: [],
}

async function tarOf(blob: StagedBlob): Promise<Buffer> {
  return zstdDecompressSync(await readFile(blob.path))
}

async function entriesOf(tar: Buffer): Promise<Map<string, string>> {
  const entries = new Map<string, string>()
  const reader = extract()
  reader.end(tar)
  for await (const entry of reader) {
    const chunks: Buffer[] = []
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
    entries.set(entry.header.name, Buffer.concat(chunks).toString())
  }
  return entries
}

test('a graph is counted, hashed, and staged in its stored form and as an index', async () => {
  const analyzed = await analyzeCallgraph({ staging }, { ...options, chunks: chunked(JSON.stringify(graph)) })
  const expected = await normalized(graph, options)
  expect(analyzed).toMatchObject({
    format: 'signals-json',
    graphHash: hashCallgraph(expected),
    language: 'node',
    closedWorld: true,
    nodeCount: 3,
    edgeCount: 2,
    externalCount: 1,
    entryPoints: [{ nodeId: 'b', kind: 'unknown', source: 'declared' }],
  })
  const index = await readFile(analyzed.index.path)
  expect(analyzed.index).toMatchObject({ encoding: 'identity', contentLength: index.byteLength })
  expect(openGraphIndex(Uint8Array.from(index).buffer)).toMatchObject({ nodeCount: 3, linkCount: 2, closedWorld: true })
  await Promise.all([analyzed.archive.discard(), analyzed.index.discard()])
  expect(await readdir(directory)).toEqual([])
})

test('the stored form is three files in ordinal order, without a word of when and how it was made', async () => {
  const { archive: blob } = await stageGraph(staging, await normalized(graph, options))
  const tar = await tarOf(blob)
  expect(sha256Of(tar)).toBe(blob.digest)
  const entries = await entriesOf(tar)
  expect([...entries.keys()]).toEqual(['edges.ndjson', 'meta.json', 'nodes.ndjson'])
  expect(entries.get('edges.ndjson')?.split('\n')).toEqual([
    '{"confidence":0.5,"from":"a","isResolved":true,"kind":"heuristic","to":"b","type":"call"}',
    '{"confidence":1,"evidence":["y","z"],"from":"b","isResolved":true,"kind":"static","to":"lib","type":"call"}',
    '',
  ])
  expect(JSON.parse(entries.get('meta.json') ?? '')).toEqual({
    schema: 'signals.callgraph.v1',
    language: 'node',
    closedWorld: true,
    entryPoints: [{ nodeId: 'b', kind: 'unknown', source: 'declared' }],
    counts: { nodes: 3, edges: 2, entryPoints: 1, external: 1 },
  })
  await blob.discard()
})

test('another spelling of a graph has the same stored form', async () => {
  const draw = drawing(7)
  const digests = new Set<string>()
  for (let turn = 0; turn < 5; turn += 1) {
    const text = respelled(graph, draw(1 << 30) + 1)
    const { archive: blob } = await stageGraph(staging, await normalized(text, options))
    digests.add(blob.digest)
    await blob.discard()
  }
  expect(digests.size).toBe(1)
})

test.each(realGraphs)('$folder/$file comes back from its stored form with the same hash', async (real) => {
  const input = { ...options, closedWorld: false, declaredEntryPoints: [], language: real.language }
  const { graphHash, archive, nodeCount } = await analyzeCallgraph({ staging }, { ...input, chunks: chunksOf(real) })
  const read = await readGraphArchive(chunked(await tarOf(archive)))
  expect(graphHash).toBe(goldenDigests()[`${real.folder}/${real.file}`])
  expect(hashCallgraph(read)).toBe(graphHash)
  expect(read.nodes).toHaveLength(nodeCount)
})

test('what is refused leaves nothing staged', async () => {
  const broken = chunked('{"nodes":["a"],"edges":[{"from":"a"}]}')
  await expect(analyzeCallgraph({ staging }, { ...options, chunks: broken })).rejects.toMatchObject({
    code: 'CALLGRAPH_INVALID',
  })
  expect(await readdir(directory)).toEqual([])
})

test('when the index cannot be staged, the stored form is discarded', async () => {
  class FullStaging {
    async stage(source: Uint8Array | AsyncIterable<Uint8Array>, encoding: StagedBlob['encoding']): Promise<StagedBlob> {
      if (source instanceof Uint8Array) throw new RangeError('no space left')
      return await staging.stage(source, encoding)
    }
  }
  // Only `stage` is called; the class has private fields, so that no other object passes for it.
  const full = new FullStaging() as unknown as Staging
  const chunks = chunked(JSON.stringify(graph))
  await expect(analyzeCallgraph({ staging: full }, { ...options, chunks })).rejects.toThrow('no space left')
  expect(await readdir(directory)).toEqual([])
})

test('a callgraph id names the graph of a version of a component', () => {
  const identity = { component: 'shop', graphHash: digestFromHex('0'.repeat(64)), language: 'node', version: '1' }
  expect(callgraphIdOf(identity)).toMatch(/^cg-[0-9a-f]{32}$/)
  expect(callgraphIdOf({ ...identity })).toBe(callgraphIdOf(identity))
  const others = [
    { component: 'shoq' },
    { language: 'go' },
    { version: '2' },
    { graphHash: digestFromHex('1'.repeat(64)) },
  ]
  const ids = [{}, ...others].map((other) => callgraphIdOf({ ...identity, ...other }))
  expect(new Set(ids).size).toBe(5)
})
