import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callgraphIdOf } from '../../../src/callgraphs/callgraph-id.ts'
import { hashCallgraph } from '../../../src/callgraphs/graph-hash.ts'
import { ingestCallgraph } from '../../../src/callgraphs/ingest-callgraph.ts'
import { loadGraphIndex } from '../../../src/callgraphs/load-graph-index.ts'
import { parseCasUri } from '../../../src/cas/cas-uri.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { CallgraphIngest, scan1, uploading } from '../../support/callgraph-ingest.ts'
import { latch } from '../../support/latch.ts'
import { smallGraph } from '../../support/posted-graph.ts'
import { chunked, normalized } from '../../support/read-graph.ts'
import { acme } from '../../support/store-values.ts'

let ingest: CallgraphIngest

beforeEach(async () => {
  ingest = await CallgraphIngest.open()
})
afterEach(() => ingest[Symbol.asyncDispose]())

const post = async (...request: Parameters<typeof uploading>) =>
  await ingestCallgraph(ingest.deps, uploading(...request))

describe('a graph', () => {
  test('is stored as it came, as it was normalised and as an index, and then recorded and acknowledged', async () => {
    const { isReplay, answer } = await post()
    const graphHash = hashCallgraph(await normalized(JSON.parse(smallGraph)))
    const callgraphId = callgraphIdOf({ component: 'shop', graphHash, language: 'node', version: '1' })
    const record = await ingest.callgraphs.find(acme, callgraphId)
    expect(isReplay).toBe(false)
    expect(answer).toMatchObject({
      callgraphId,
      graphHash,
      artifactHash: sha256Of(smallGraph),
      nodeCount: 4,
      edgeCount: 2,
      entryPointCount: 1,
      externalCount: 0,
      status: 'created',
      receiptId: 'receipt-1',
      casUri: record?.casUri,
      manifestHash: record?.manifestHash,
    })
    const artifact = await ingest.content.readNamed(parseCasUri(acme, record!.artifactCasUri)!)
    expect(String(artifact)).toBe(smallGraph)
    expect((await loadGraphIndex(ingest.content, record!)).index.nodeCount).toBe(4)
    const manifest = await ingest.content.readNamed(parseCasUri(acme, record!.manifestCasUri)!)
    expect(sha256Of(manifest)).toBe(record?.manifestHash)
    expect(JSON.parse(String(manifest))).toMatchObject({ graph_id: callgraphId, digest: graphHash, node_count: 4 })
    expect((await ingest.leftovers()).files).toEqual([])
  })

  test('without a subject is stored, told of, and nothing is to be folded', async () => {
    const { answer } = await post()
    expect(ingest.appended).toEqual([])
    expect(ingest.ingested).toMatchObject([{ tenant: acme, callgraphId: answer['callgraphId'], status: 'created' }])
    expect(ingest.queue.rows.map(({ isFolded }) => isFolded)).toEqual([true])
  })

  test('with a subject is evidence for it, with its targets, and its fold is asked for once that is durable', async () => {
    const { answer } = await post({ subject: scan1, targets: ['b'], analysisId: 'analysis-1' })
    expect(answer['subjectKey']).toBe('scan-1')
    expect(ingest.appended).toEqual(['acme/scan-1'])
    expect(ingest.queue.rows[0]?.evidence).toMatchObject({
      id: answer['receiptId'],
      subjectKey: 'scan-1',
      aliases: ['image'],
      payload: { kind: 'callgraph', callgraphId: answer['callgraphId'], targets: ['b'], analysisId: 'analysis-1' },
    })
  })

  test('posted again is unchanged, and another subject gets it all the same', async () => {
    const first = await post({ subject: scan1 })
    const respelled = JSON.stringify({ functions: JSON.parse(smallGraph).nodes, calls: JSON.parse(smallGraph).edges })
    const other = { ...scan1, subjectKey: 'scan-2' }
    const second = await post({ subject: other, content: chunked(respelled) })
    expect(second.answer).toMatchObject({ status: 'unchanged', callgraphId: first.answer['callgraphId'] })
    expect(second.answer['manifestHash']).toBe(first.answer['manifestHash'])
    expect(ingest.appended).toEqual(['acme/scan-1', 'acme/scan-2'])
    const record = await ingest.callgraphs.find(acme, String(first.answer['callgraphId']))
    expect(record?.subjectKeys).toEqual(['scan-1', 'scan-2'])
    expect(record?.artifactHash).toBe(sha256Of(smallGraph))
  })

  test('names at most 1,000 of its entry points in its record, and counts all', async () => {
    const nodes = Array.from({ length: 1_001 }, (_, number) => ({ id: `n${number}`, name: 'main' }))
    const { answer } = await post({ content: chunked(JSON.stringify({ nodes })) })
    const record = await ingest.callgraphs.find(acme, String(answer['callgraphId']))
    expect(record?.entryPointCount).toBe(1_001)
    expect(record?.entryPoints).toHaveLength(1_000)
  })
})

describe('a key', () => {
  test('makes a repeat the same answer, without a second analysis, row or fold', async () => {
    const first = await post({ subject: scan1 }, 'key-1')
    const second = await post({ subject: scan1 }, 'key-1')
    expect(second).toEqual({ isReplay: true, answer: first.answer })
    expect({ analyzed: ingest.analyzed, rows: ingest.queue.rows.length }).toEqual({ analyzed: 1, rows: 1 })
    expect(ingest.appended).toEqual(['acme/scan-1'])
    expect(ingest.ingested).toHaveLength(1)
    expect((await ingest.leftovers()).files).toEqual([])
  })

  test.each([
    ['another graph', { upload: { content: chunked('{"nodes":["x"]}') } }],
    ['other parameters', { parameters: { root: '/src' } }],
    ['another body around the same graph', { bodyDigest: 'sha256:aa' }],
  ])('used for %s is refused', async (_what, changed) => {
    await post({}, 'key-1')
    const { upload, ...others } = { upload: {}, ...changed }
    const again = ingestCallgraph(ingest.deps, { ...uploading(upload, 'key-1'), ...others })
    await expect(again).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(await ingest.leftovers()).toEqual({ rows: 1, records: 1, files: [] })
  })

  test('is held while its first request runs, and free again when that has failed', async () => {
    const opens = latch()
    async function* slow() {
      await opens.opened
      yield Buffer.from('no graph')
    }
    const first = post({ content: slow() }, 'key-1')
    await expect(post({}, 'key-1')).rejects.toMatchObject({ code: 'IN_PROGRESS' })
    opens.open()
    await expect(first).rejects.toMatchObject({ code: 'CALLGRAPH_FORMAT_UNRECOGNISED' })
    expect((await post({}, 'key-1')).isReplay).toBe(false)
  })
})

describe('what is refused', () => {
  const nothing = { rows: 0, records: 0, files: [] }

  test.each([
    ['content in no format', { content: chunked('no graph') }, 'CALLGRAPH_FORMAT_UNRECOGNISED'],
    ['a format that nobody knows', { format: 'tarot' }, 'FORMAT_UNKNOWN'],
    ['a graph without nodes', { content: chunked('{"nodes":[]}') }, 'CALLGRAPH_EMPTY'],
  ])('%s leaves nothing: no record, no row, nothing staged', async (_what, changed, code) => {
    await expect(post(changed)).rejects.toMatchObject({ code })
    expect(await ingest.leftovers()).toEqual(nothing)
    expect(ingest.ingested).toEqual([])
  })

  test('a subject without room for its targets is refused before the graph is analysed', async () => {
    const asked: unknown[] = []
    const requireRoom: typeof ingest.deps.requireRoom = async (subject, ...added) => {
      asked.push({ ...subject, added })
      throw new RangeError('no room')
    }
    const request = uploading({ subject: scan1, targets: ['b', 'a', 'b'] })
    await expect(ingestCallgraph({ ...ingest.deps, requireRoom }, request)).rejects.toThrow('no room')
    const added = [
      { list: 'aliases', names: ['image'] },
      { list: 'targets', count: 2 },
    ]
    expect(asked).toEqual([{ tenant: acme, subjectKey: 'scan-1', added }])
    expect(ingest.analyzed).toBe(0)
    expect(await ingest.leftovers()).toEqual(nothing)
  })

  test('a subject without room for another graph is refused once it is known which it is, and nothing is stored', async () => {
    const requireRoom: typeof ingest.deps.requireRoom = async (_subject, ...added) => {
      if (added.some(({ list }) => list === 'callgraphs')) throw new RangeError('no room')
    }
    const request = uploading({ subject: scan1 })
    await expect(ingestCallgraph({ ...ingest.deps, requireRoom }, request)).rejects.toThrow('no room')
    expect(ingest.analyzed).toBe(1)
    expect(await ingest.leftovers()).toEqual(nothing)
  })

  test('only what would make a fold waits for room among the folds', async () => {
    const full = {
      ...ingest.deps,
      admitFold: () => {
        throw new RangeError('too many folds')
      },
    }
    await expect(ingestCallgraph(full, uploading({ subject: scan1 }))).rejects.toThrow('too many folds')
    expect(await ingest.leftovers()).toEqual(nothing)
    expect((await ingestCallgraph(full, uploading())).isReplay).toBe(false)
  })

  test('by the queue leaves content that nothing names, and no word that it was taken', async () => {
    const append = () => Promise.reject(new Error('no store'))
    const deps = { ...ingest.deps, queue: Object.assign(Object.create(ingest.queue), { append }) }
    await expect(ingestCallgraph(deps, uploading({ subject: scan1 }))).rejects.toThrow('no store')
    expect({ appended: ingest.appended, ingested: ingest.ingested }).toEqual({ appended: [], ingested: [] })
    expect((await ingest.leftovers()).files).toEqual([])
  })
})
