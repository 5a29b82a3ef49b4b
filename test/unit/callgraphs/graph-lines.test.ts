import { afterEach, beforeEach, expect, test } from 'vitest'
import { entryPointLine, nodeLine } from '../../../src/callgraphs/canonical-lines.ts'
import { graphLines } from '../../../src/callgraphs/graph-lines.ts'
import { ingestCallgraph } from '../../../src/callgraphs/ingest-callgraph.ts'
import { parseCasUri } from '../../../src/cas/cas-uri.ts'
import { CallgraphIngest, uploading } from '../../support/callgraph-ingest.ts'
import { edgeLineWithEvidence } from '../../support/canonical-edges.ts'
import { chunked, normalized } from '../../support/read-graph.ts'
import { acme } from '../../support/store-values.ts'

let ingest: CallgraphIngest

beforeEach(async () => {
  ingest = await CallgraphIngest.open()
})
afterEach(() => ingest[Symbol.asyncDispose]())

async function linesOf(graph: unknown): Promise<string[]> {
  const { answer } = await ingestCallgraph(ingest.deps, uploading({ content: chunked(JSON.stringify(graph)) }))
  const archive = parseCasUri(acme, String(answer['casUri']))!
  const text = Buffer.concat(await Array.fromAsync(graphLines(() => ingest.content.readStream(archive)))).toString()
  expect(text.endsWith('\n')).toBe(true)
  return text.slice(0, -1).split('\n')
}

function told(record: string, json: string): string {
  return JSON.stringify({ record, ...JSON.parse(json) })
}

test('a stored graph is told whole, each line with what it is: meta, nodes, edges, entry points', async () => {
  const graph = {
    nodes: [{ id: 'b', attributes: { note: '"\\n' } }, { id: 'a' }, { id: 'é' }],
    edges: [
      { from: 'b', to: 'a', evidence: ['place'] },
      { from: 'a', to: 'lib', kind: 'heuristic', isResolved: false },
    ],
    entryPoints: ['b', { id: 'a', kind: 'http', route: 'GET /' }],
  }
  const expected = await normalized(graph)
  const [meta = '', ...records] = await linesOf(graph)
  expect(JSON.parse(meta)).toEqual({
    record: 'meta',
    schema: 'signals.callgraph.v1',
    language: 'node',
    closedWorld: false,
    counts: { nodes: 4, edges: 2, entryPoints: 2, external: 1 },
  })
  expect(records).toEqual([
    ...expected.nodes.map((node) => told('node', nodeLine(node))),
    ...[...expected.edges()].map((edge) => told('edge', edgeLineWithEvidence(edge))),
    ...expected.entryPoints.map((entryPoint) => told('entryPoint', entryPointLine(entryPoint))),
  ])
})

test('a graph without edges has no line of them', async () => {
  const lines = await linesOf({ nodes: ['a'] })
  expect(lines.map((line) => JSON.parse(line).record)).toEqual(['meta', 'node', 'entryPoint'])
})

test('lines that are longer than what is read at once stay whole', async () => {
  const attributes = Object.fromEntries(
    Array.from({ length: 300 }, (_, number) => [`name-${number}`, 'x'.repeat(1_000)]),
  )
  const lines = await linesOf({ nodes: [{ id: 'a', attributes }, 'b'] })
  expect(JSON.parse(lines[1]!)).toMatchObject({ record: 'node', id: 'a', attributes })
  expect(JSON.parse(lines[2]!)).toMatchObject({ record: 'node', id: 'b' })
})

test('an archive that cannot be read gives no lines', async () => {
  const gone = parseCasUri(acme, 'cas://reachability_graphs/aa/gone.tar.zst')!
  const lines = graphLines(() => ingest.content.readStream(gone))
  await expect(lines.next()).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
})
