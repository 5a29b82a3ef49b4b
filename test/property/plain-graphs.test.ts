import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnalyzeOptions, readCallgraph } from '../../src/callgraphs/analyze-callgraph.ts'
import { CallgraphError } from '../../src/callgraphs/callgraph-errors.ts'
import { PlainObject } from '../../src/callgraphs/formats/plain-object.ts'
import { hashCallgraph } from '../../src/callgraphs/graph-hash.ts'
import { parseStrictJson } from '../../src/lib/strict-json.ts'
import { arbitraryCall } from '../support/arbitrary-calls.ts'
import { arbitraryGraph, respelled } from '../support/arbitrary-graphs.ts'
import { arbitraryRecord, recordMembers } from '../support/arbitrary-records.ts'
import { chunked } from '../support/read-graph.ts'

const options: AnalyzeOptions = { format: 'auto', language: 'node', declaredEntryPoints: [], closedWorld: false }
/** No record is whole in a chunk of one byte: all of them are left to the strict parser. */
const obviously = 1
const chunkSizes = [7, 64, 1000, 64 * 1024]

async function outcomeOf(content: string | Buffer, chunkSize: number, limits: AnalyzeOptions['limits']) {
  try {
    const { graph } = await readCallgraph({ ...options, limits, chunks: chunked(content, chunkSize) })
    const { nodes, entryPoints, dropped, externalCount } = graph
    return { hash: hashCallgraph(graph), nodes, edges: [...graph.edges()], entryPoints, dropped, externalCount }
  } catch (error) {
    if (!(error instanceof CallgraphError)) throw error
    return { code: error.code, message: error.message, violations: error.violations }
  }
}

async function expectSame(content: string | Buffer, limits?: AnalyzeOptions['limits']) {
  const obvious = await outcomeOf(content, obviously, limits)
  for (const size of chunkSizes) expect(await outcomeOf(content, size, limits)).toEqual(obvious)
  return obvious
}

test('a graph is what the strict parser makes of it, however much of it is read where it stands', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (graph, spelling) => {
      await expectSame(respelled(graph, spelling))
      await expectSame(JSON.stringify(graph))
    }),
    { numRuns: 15 },
  )
})

test('records of any kind are kept, or refused in the same words at the same place', async () => {
  const record = fc.oneof(
    { weight: 60, arbitrary: arbitraryRecord },
    fc.constantFrom('"a"', '{}', '7', 'null', '[]', '{'),
  )
  const list = fc.tuple(fc.constantFrom('nodes', 'functions', 'edges', 'calls'), fc.array(record, { maxLength: 4 }))
  let [kept, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.array(list, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 3 }),
      async (lists, few) => {
        const text = lists.map(([name, records]) => `"${name}":[${records.join(',')}]`).join(',')
        const limits = few > 0 ? { maxNodes: few + 2, maxEdges: few } : undefined
        const outcome = await expectSame(`{"nodes":["x"],${text}}`.replace('"nodes":["x"],"nodes"', '"nodes"'), limits)
        if ('hash' in outcome) kept += 1
        else refused += 1
      },
    ),
    { numRuns: 500 },
  )
  expect(kept).toBeGreaterThan(20)
  expect(refused).toBeGreaterThan(100)
})

test('a document that was spoiled anywhere is refused, or kept, as the strict parser has it', async () => {
  const spoiling = fc.tuple(
    fc.nat(),
    fc.constantFrom('', '"', '\\', '{', '}', ',', ':', ' ', '\t', '\n', '\x00', '\x7f', 'é', '0', 'e'),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryRecord, { minLength: 1, maxLength: 6 }),
      spoiling,
      async (records, [where, what]) => {
        const text = `{"nodes":["a"],"edges":[${records.join(',')}]}`
        const at = where % text.length
        await expectSame(text.slice(0, at) + what + text.slice(at + 1))
        await expectSame(Buffer.from(text.slice(0, at) + what + text.slice(at), 'latin1'))
      },
    ),
    { numRuns: 300 },
  )
})

test('calls of js-callgraph are those that the parser finds, however many ends are known by their bytes', async () => {
  const documents = fc.tuple(
    fc.array(arbitraryCall, { minLength: 1, maxLength: 20 }),
    fc.constantFrom(',', ' ,\n', ',,'),
  )
  const spoiling = fc.option(fc.tuple(fc.nat(), fc.constantFrom('', '"', '\\', '{', '}', ',', 'é', '0', ' ')))
  let kept = 0
  await fc.assert(
    fc.asyncProperty(documents, spoiling, async ([calls, comma], spoilt) => {
      const text = `[${[...calls, ...calls].join(comma)}]`
      const at = (spoilt?.[0] ?? 0) % text.length
      const outcome = await expectSame(spoilt ? text.slice(0, at) + spoilt[1] + text.slice(at + 1) : text)
      if ('hash' in outcome) kept += 1
    }),
    { numRuns: 200 },
  )
  expect(kept).toBeGreaterThan(20)
})

test('what a plain object says is what JSON says, and much is plain', () => {
  const plain = new PlainObject(recordMembers)
  let read = 0
  fc.assert(
    fc.property(arbitraryRecord, fc.nat(20), (record, before) => {
      const bytes = Buffer.from(`${' '.repeat(before)}${record},{}`)
      const end = plain.read(bytes, before)
      if (end === -1) return
      read += 1
      expect(end).toBe(before + Buffer.byteLength(record))
      const value = parseStrictJson(record) as Record<string, unknown>
      const said = recordMembers.flatMap(({ spellings: [name = ''], is }, member) => {
        if (!plain.has(member)) return []
        const number = is === 'number' ? plain.numberOf(member) : undefined
        return [[name, number ?? (is === 'flag' ? plain.flagOf(member) : plain.textOf(member))]]
      })
      expect(Object.fromEntries(said)).toEqual(value)
    }),
    { numRuns: 5_000 },
  )
  expect(read).toBeGreaterThan(500)
})
