import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph, smallGraph } from '../support/posted-graph.ts'
import { expectRefusal, type Refusal, refusalsOf, spelledOut } from '../support/refusals.ts'

let built: BuiltApp
let graph: string

beforeAll(async () => {
  built = await openApp()
  graph = await postGraph(built, { scanId: 's1', target: 'b' })
})
afterAll(() => built[Symbol.asyncDispose]())

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const named = 'language=node&component=shop&version=1'

function bodyOf({ body, hex }: Refusal): string | Buffer {
  return hex === undefined ? spelledOut(body ?? '', graph) : Buffer.from(hex, 'hex')
}

function urlOf(row: Refusal): string {
  return spelledOut(row.url ?? '', graph)
}

describe('POST /signals/callgraphs refuses', () => {
  test.each(refusalsOf('callgraph-envelopes'))('an envelope: $title', async (row) => {
    await expectRefusal(built, row, { url: '/signals/callgraphs', body: bodyOf(row), headers: json })
  })

  test.each(refusalsOf('callgraph-bodies'))('a raw graph: $title', async (row) => {
    await expectRefusal(built, row, { url: `/signals/callgraphs?${named}`, body: bodyOf(row) })
  })

  test.each(refusalsOf('callgraph-queries'))('the query $title', async (row) => {
    await expectRefusal(built, row, { url: urlOf(row), body: smallGraph })
  })

  test('content in no known format with the list of those that are read', async () => {
    const row = { title: '', status: 415, code: 'CALLGRAPH_FORMAT_UNRECOGNISED' }
    const { body } = await expectRefusal(built, row, { url: `/signals/callgraphs?${named}`, body: 'hello' })
    expect(body['formats']).toEqual(expect.arrayContaining(['signals-json', 'js-callgraph', 'go-callgraph', 'pycg']))
  })

  test('an X-Analysis-Id that is none', async () => {
    const row = { title: '', status: 400, code: 'REQUEST_INVALID' }
    const headers = { 'x-analysis-id': 'a b' }
    await expectRefusal(built, row, { url: `/signals/callgraphs?${named}`, body: smallGraph, headers })
  })

  test('a format that nobody knows, as often as it is asked, and goes on reading graphs', async () => {
    const row = { title: '', status: 400, code: 'FORMAT_UNKNOWN' }
    const url = `/signals/callgraphs?${named}`
    for (let time = 0; time < 3; time++) {
      await expectRefusal(built, row, { url: `${url}&format=dot`, body: smallGraph })
      expect(await built.ask(url, { body: smallGraph })).toMatchObject({ status: 202, body: { status: 'unchanged' } })
    }
  })
})

describe('POST /signals/runtime-facts refuses', () => {
  test.each(refusalsOf('runtime-documents'))('a document: $title', async (row) => {
    await expectRefusal(built, row, { url: '/signals/runtime-facts', body: bodyOf(row), headers: json })
  })

  test.each(refusalsOf('runtime-streams'))('a stream: $title', async (row) => {
    const url = spelledOut('/signals/runtime-facts/ndjson?callgraphId=$graph&scanId=s1', graph)
    await expectRefusal(built, row, { url, body: bodyOf(row), headers: ndjson })
  })

  test.each(refusalsOf('runtime-queries'))('the query $title', async (row) => {
    await expectRefusal(built, row, { url: urlOf(row), body: '{"symbolId":"a"}\n', headers: ndjson })
  })

  test('a key that is none, on every route that takes one', async () => {
    const row = { title: '', status: 400, code: 'IDEMPOTENCY_KEY_INVALID' }
    const paths = ['/signals/runtime-facts', '/signals/runtime-facts/ndjson', `/signals/callgraphs?${named}`]
    for (const url of paths) {
      for (const key of ['', 'a b', 'x'.repeat(256), 'naïve']) {
        await expectRefusal(built, row, { url, body: smallGraph, headers: { ...json, 'idempotency-key': key } })
      }
    }
  })
})

test('a synthetic batch passes over nodes whose names no event could say', async () => {
  const url = `/signals/callgraphs?${named}-control`
  const body = JSON.stringify({ nodes: ['a\u0001', 'b'], entryPoints: ['a\u0001', 'b'] })
  const { body: posted } = await built.ask(url, { body })
  const synthetic = { subject: { scanId: 'synthetic:1' }, callgraphId: posted['callgraphId'] }
  const answer = await built.ask('/signals/runtime-facts/synthetic', { body: JSON.stringify(synthetic), headers: json })
  expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } })
  await built.settled()
})

describe('a read is refused', () => {
  test.each(refusalsOf('reads'))('$title', async (row) => {
    await expectRefusal(built, row, { url: urlOf(row) })
  })

  test('with a cursor of another list', async () => {
    for (const component of ['one', 'two']) await postGraph(built, { component })
    const { body } = await built.ask('/signals/callgraphs?limit=1')
    const cursor = String(body['nextCursor'])
    const row = { title: '', status: 400, code: 'QUERY_INVALID' }
    for (const path of ['/signals/facts', '/signals/facts/s1/states', '/signals/facts/s1/runtime-facts']) {
      await expectRefusal(built, row, { url: `${path}?cursor=${cursor}` })
    }
    await expectRefusal(built, row, { url: `/signals/events?after=${cursor}` })
  })
})
