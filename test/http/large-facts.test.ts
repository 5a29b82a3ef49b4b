import { afterAll, beforeAll, expect, test } from 'vitest'
import { blobAccess } from '../../src/facts/blob-access.ts'
import type { Digest } from '../../src/identifiers/digest.ts'
import { AskedService } from '../support/asked-service.ts'
import { type CoveredList, rebuiltDigest } from '../support/rebuilt-fact.ts'
import { type SentFact, sentFact, storedLists } from '../support/sent-fact.ts'
import { acme } from '../support/store-values.ts'

// A tree of 8,000 nodes, all of them targets and all of them seen, each of a package of its own.
const ids = Array.from({ length: 8_000 }, (_, number) => `f${number}`)
const subject = { scanId: 'large' }
const inTenant = { 'x-stella-tenant': acme }

let service: AskedService
let callgraphId: string
let first: SentFact

beforeAll(async () => {
  service = await AskedService.open()
  callgraphId = await postGraph(ids)
  await postHits(ids.map((symbolId) => ({ symbolId, hitCount: 3, purl: `pkg:npm/${symbolId}` })))
  first = await sent(ids)
}, 120_000)
afterAll(async () => service[Symbol.asyncDispose]())

async function postGraph(targets: readonly string[]): Promise<string> {
  const graph = {
    nodes: ids,
    edges: ids.slice(1).map((to, below) => ({ from: `f${Math.floor(below / 2)}`, to })),
    entryPoints: ['f0'],
  }
  const { status, body } = await service.post(
    '/signals/callgraphs',
    {
      language: 'go',
      component: 'shop',
      version: '1',
      subject,
      targets,
      artifactContentBase64: Buffer.from(JSON.stringify(graph)).toString('base64'),
    },
    { ...inTenant, prefer: 'wait=30' },
  )
  expect(status).toBe(202)
  return String(body['callgraphId'])
}

async function postHits(events: readonly object[]): Promise<void> {
  const query = new URLSearchParams({ callgraphId, ...subject }).toString()
  const lines = events.map((event) => JSON.stringify(event)).join('\n')
  const headers = { ...inTenant, 'content-type': 'application/x-ndjson', prefer: 'wait=30' }
  const { status, body } = await service.post(`/signals/runtime-facts/ndjson?${query}`, lines, headers)
  expect({ status, fact: body['fact'] }).toMatchObject({ status: 202, fact: expect.anything() })
}

async function sent(requested: readonly string[]): Promise<SentFact> {
  return await sentFact(service, { subjectKey: 'large', headers: inTenant, requested })
}

async function blobOf(digest: string): Promise<Buffer> {
  return await blobAccess(service.built.context.stores.content, acme).readBlob(digest as Digest)
}

test('pages visit every entry of a long list once, in order', () => {
  const inOrder = ids.toSorted()
  expect(first.lists.states.map(({ target }) => target)).toEqual(inOrder)
  expect(first.lists.runtimeFacts.map(({ symbolId }) => symbolId)).toEqual(inOrder)
  expect(first.lists.runtimeFacts.every(({ hitCount }) => hitCount === 3)).toBe(true)
})

test('a response carries the beginnings of the lists, and says how long they are', async () => {
  const { answer, lists } = first
  expect(answer).toMatchObject({ statesTotal: 8_000, runtimeFactsTotal: 8_000, targetsTotal: 8_000 })
  expect(answer['states']).toEqual(lists.states.slice(0, 5_000))
  expect(answer['targets']).toEqual(lists.targets.slice(0, 5_000))
  expect(answer['runtimeFacts']).toEqual(lists.runtimeFacts.slice(0, 1_000))
  expect(lists.records).toHaveLength(8_000)
  const cursor = String(answer['statesNextCursor'])
  const { body } = await service.get(`/signals/facts/large/states?limit=1&cursor=${cursor}`, inTenant)
  expect(body['items']).toEqual([lists.states[5_000]])
})

test('a client makes the digest again from what it was sent', () => {
  expect(rebuiltDigest(first.answer, first.lists)).toBe(first.digest)
})

test('the blob of that digest is the covered body, and its chunks are the lists', async () => {
  expect(await storedLists(blobOf, first.digest)).toEqual(first.lists)
})

test('the next version shares all chunks but those that its evidence touched', async () => {
  const before = await chunksIn(first.digest)
  const filesBefore = await service.built.stored()
  await postHits([{ symbolId: 'f17', hitCount: 1, purl: 'pkg:npm/f17' }])
  const seenAgain = await sent(ids)
  expect(seenAgain.answer['metadata']).toMatchObject({ 'fact.version': '3' })
  expect(rebuiltDigest(seenAgain.answer, seenAgain.lists)).toBe(seenAgain.digest)
  const after = await chunksIn(seenAgain.digest)
  expect([...after].filter((chunk) => !before.has(chunk))).toHaveLength(1)
  // The body, the chunk and the trace.
  const filesAfter = await service.built.stored()
  expect(filesAfter.files.length - filesBefore.files.length).toBe(3)

  expect(await postGraph(['no node'])).toBe(callgraphId)
  const askedMore = await sent([...ids, 'no node'])
  expect(rebuiltDigest(askedMore.answer, askedMore.lists)).toBe(askedMore.digest)
  const last = await chunksIn(askedMore.digest)
  // A target and a state more, each at the end of a chunk or between two.
  expect([...last].filter((chunk) => !after.has(chunk)).length).toBeLessThanOrEqual(4)
  expect(askedMore.lists.states).toHaveLength(8_001)

  const { body: then } = await service.get('/signals/facts/large?version=2', inTenant)
  const { states, runtimeFacts, targets, contextFacts, score } = first.answer
  const totals = { statesTotal: 8_000, runtimeFactsTotal: 8_000, targetsTotal: 8_000 }
  expect(then).toMatchObject({ states, runtimeFacts, targets, contextFacts, score, ...totals })
  expect(then).not.toHaveProperty('statesNextCursor')

  const { body: diff } = await service.get('/signals/facts/large/diff?from=2', inTenant)
  expect(diff).toMatchObject({ verdictChangesTotal: 1, verdictChanges: [{ target: 'no node', before: null }] })
  expect(diff).toMatchObject({ scoreChangesTotal: 0, newRuntimeSymbolsTotal: 0 })
})

async function chunksIn(digest: string): Promise<Set<string>> {
  const body = (await blobOf(digest)).toString('utf8')
  const { targets, states, runtimeFacts, contextFacts } = JSON.parse(body) as Record<string, CoveredList> & {
    contextFacts: { records: CoveredList }
  }
  const lists = [targets!, states!, runtimeFacts!, contextFacts.records]
  return new Set(lists.flatMap((list) => ('chunks' in list ? list.chunks : [])))
}
