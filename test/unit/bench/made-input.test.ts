import { expect, test } from 'vitest'
import { adjacencyOf, searchBreadthFirst } from '../../../bench/baselines/breadth-first.ts'
import { eventBytes, lineBytes, spreadNodes } from '../../../bench/support/made-events.ts'
import { makeEdges, nodeId } from '../../../bench/support/made-graph.ts'
import { jsCallBytes } from '../../../bench/support/made-js-calls.ts'
import { readCallgraph } from '../../../src/callgraphs/analyze-callgraph.ts'
import { checkEvent } from '../../../src/runtime-facts/check-event.ts'
import { emptyDraft } from '../../../src/runtime-facts/runtime-event.ts'

test('every made line has its length, every field of an event, and is accepted', () => {
  const nodes = spreadNodes({ first: 99_000, count: 500, step: 2 })
  const lines = eventBytes({ lines: 700, nodes, seed: 1 }).toString().split('\n').slice(0, -1)
  expect(lines.map((line) => Buffer.byteLength(line) + 1)).toEqual(lines.map(() => lineBytes))
  const checked = lines.map((line) => checkEvent(JSON.parse(line)))
  for (const found of checked) expect(found).toHaveProperty('event')
  const [first] = checked
  const fields = Object.keys(emptyDraft())
  expect(
    first && 'event' in first && Object.entries(first.event).filter(([, value]) => value !== undefined),
  ).toHaveLength(fields.length)
  expect(new Set(checked.map((found) => ('event' in found ? found.event.symbolId : '')))).toHaveProperty('size', 500)
})

test('every made node has an id of its own', () => {
  expect(new Set(Array.from({ length: 200_000 }, (_, node) => nodeId(node)))).toHaveProperty('size', 200_000)
})

test('everything in a made graph is reached from its entry point, so that a search cannot be cheap by ending early', () => {
  const shape = { nodes: 2_000, edges: 9_000, seed: 3 }
  expect(searchBreadthFirst(adjacencyOf(shape.nodes, makeEdges(shape)))).not.toContain(-1)
})

test('a made document of js-callgraph has as many nodes and edges as it was to have', async () => {
  const shape = { files: 20, nodes: 430, edges: 9_001 }
  const { format, graph } = await readCallgraph({
    format: 'auto',
    declaredEntryPoints: [],
    closedWorld: false,
    chunks: (async function* () {
      yield* jsCallBytes(shape)
    })(),
  })
  const found = { format, nodes: graph.nodes.length, edges: graph.edgeCount, entryPoints: graph.entryPoints.length }
  expect(found).toEqual({ format: 'js-callgraph', nodes: 430, edges: 9_001, entryPoints: 20 })
})
