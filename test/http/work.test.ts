import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { LoadError } from '../../src/load/load-errors.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph, smallGraph } from '../support/posted-graph.ts'
import { SlowRequest } from '../support/slow-request.ts'

const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        responses: z.record(z.string(), z.object({ description: z.string() })),
      }),
    ),
  ),
})
const named = '/signals/callgraphs?language=node&component=shop&version=1'
const other = { 'x-stella-tenant': 'other' }
const limits = { ingests: 2, reservedIngests: 1, expensive: 1, reservedExpensive: 0 }

let built: BuiltApp
let url: string
let graph: string
beforeAll(async () => {
  built = await openApp({ limits })
  graph = await postGraph(built, { scanId: 's1', target: 'b' })
  await built.settled()
  ;({ url } = await built.listen())
})
afterAll(() => built[Symbol.asyncDispose]())

const cheap = ['/healthz', '/readyz', '/openapi.json', '/status', '/signals/facts/s1', '/signals/facts/s1/states']

describe('while there is no room', () => {
  test.each(['DISK_SHORT', 'MEMORY_SHORT', 'SERVICE_BUSY'] as const)(
    'evidence is refused for a while (%s), nothing of it is kept, and reads go on',
    async (code) => {
      const before = await built.stored()
      using admit = vi.spyOn(built.context.load.pressure, 'admit')
      admit.mockImplementation(() => {
        throw new LoadError(code, 'short', { retryAfterSeconds: 7 })
      })
      const answer = await built.ask(named, { body: smallGraph })
      expect(answer).toMatchObject({ status: 503, body: { code }, headers: { 'retry-after': '7' } })
      expect(await built.stored()).toEqual(before)
      for (const path of cheap) expect(await built.ask(path)).toMatchObject({ status: 200 })
      admit.mockRestore()
      expect(await built.ask(named, { body: smallGraph })).toMatchObject({ status: 202 })
    },
  )
})

describe('of one kind of work so much is let in at once', () => {
  const streamed = (): string => `${url}/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=s1`

  test('and whoever takes all of it keeps no other tenant out', async () => {
    const running = [await SlowRequest.open(streamed()), await SlowRequest.open(streamed())]
    const exhausted = { status: 503, body: { code: 'WORK_EXHAUSTED' }, headers: { 'retry-after': '1' } }
    expect(await built.ask(named, { body: smallGraph })).toMatchObject(exhausted)
    expect(await built.ask(named, { body: smallGraph, headers: other })).toMatchObject({ status: 202 })
    expect(await built.ask('/signals/facts/s1/explain?target=b')).toMatchObject({ status: 200 })
    for (const request of running) expect((await request.finish('{"symbolId":"a"}\n')).status).toBe(202)
    expect(await built.ask(named, { body: smallGraph })).toMatchObject({ status: 202 })
  })

  test('and a place is free again, however its request ends', async () => {
    const { places } = built.context.load
    await built.ask('/signals/facts/none/explain?target=b')
    await built.ask(named, { body: '{' })
    const response = await fetch(`${url}/signals/callgraphs/${graph}/graph`)
    await response.body?.cancel()
    await vi.waitFor(() => expect([places.ingest.taken, places.expensive.taken]).toEqual([0, 0]))
  })
})

test('the document says which routes are refused while there is no room', async () => {
  const { body } = await built.ask('/openapi.json')
  const { paths } = Document.parse(body)
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const refused = operations.filter(({ responses }) => responses['503']?.description === 'Not now')
  expect(refused.map(({ operationId }) => operationId).sort()).toEqual([
    'diffFact',
    'explainTarget',
    'getCallgraphGraph',
    'getReplayBundle',
    'getReplayManifest',
    'getUnionBundleFile',
    'ingestCallgraph',
    'ingestRuntimeFactStream',
    'ingestRuntimeFacts',
    'ingestSyntheticFacts',
    'ingestUnionBundle',
    'queryFact',
    'replay',
    'reportUnknowns',
    'requestRecompute',
  ])
})

test('what is refused for now costs no line of an error in the log', async () => {
  using admit = vi.spyOn(built.context.load.pressure, 'admit')
  admit.mockImplementation(() => {
    throw new LoadError('MEMORY_SHORT', 'short', { retryAfterSeconds: 7 })
  })
  const { length } = built.log
  await built.ask(named, { body: smallGraph })
  expect(built.log.slice(length).map(({ level }) => level)).not.toContain('error')
})
