import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'

const real = resolve(import.meta.dirname, '../../fixtures/real')
const fileOf = (...path: string[]) => readFileSync(join(real, ...path))

interface Subject {
  readonly folder: string
  readonly graph: string
  readonly language: string
}

const node: Subject = { folder: 'node/semver', graph: 'callgraph.json', language: 'node' }
const java: Subject = { folder: 'java/plexus-classworlds', graph: 'callgraph.txt', language: 'java' }
const go: Subject = { folder: 'go/tomljson', graph: 'callgraph.txt', language: 'go' }
const python: Subject = { folder: 'python/autopep8', graph: 'callgraph.json', language: 'python' }

let built: BuiltApp
const ids = new Map<Subject, string>()

beforeAll(async () => {
  built = await openApp()
  for (const subject of [node, java, go, python]) ids.set(subject, await postGraph(subject))
})

afterAll(async () => await built[Symbol.asyncDispose]())

async function postGraph({ folder, graph, language }: Subject, more = ''): Promise<string> {
  const url = `/signals/callgraphs?language=${language}&component=${folder}&version=1${more}`
  const headers = { 'content-type': 'application/octet-stream' }
  const { status, body } = await built.ask(url, { method: 'POST', body: fileOf(folder, graph), headers })
  expect(status).toBe(202)
  return String(body['callgraphId'])
}

async function postOutput(subject: Subject, content: Buffer | string, format: string) {
  return await postTo(ids.get(subject) ?? '', content, format)
}

async function postTo(callgraphId: string, body: Buffer | string, format: string) {
  const url = `/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=${callgraphId}-${format}&format=${format}`
  return await built.ask(url, { method: 'POST', body, headers: { 'content-type': 'application/octet-stream' } })
}

const outputs: [string, Subject, readonly string[], number][] = [
  ['v8-coverage', node, ['trace.v8-coverage.json'], 40],
  ['v8-cpuprofile', node, ['trace.v8-cpuprofile.json'], 50],
  ['jfr', java, ['trace.jfr.json'], 38],
  ['go-coverage', go, ['trace.go-functions.txt', 'trace.go-coverage.txt'], 118],
  ['python-profile', python, ['trace.python-profile.json'], 150],
]

describe.each(outputs)('%s', (tool, subject, traces, leastMatched) => {
  const content = Buffer.concat(traces.map((trace) => fileOf(subject.folder, trace)))

  test('is taken as runtime facts of the nodes that it speaks of, and its receipt tells of the rest', async () => {
    const { status, body } = await postOutput(subject, content, tool)
    expect(status).toBe(202)
    const { matched, unmatchedSymbols, uniqueSymbols, unmatched, receiptId } = body
    expect(body).toMatchObject({ format: tool, rejected: 0, idempotency: 'none' })
    expect(Number(matched)).toBeGreaterThanOrEqual(leastMatched)
    expect(Number(matched) + Number(unmatchedSymbols)).toBe(uniqueSymbols)
    expect(unmatched).toHaveLength(Math.min(20, Number(unmatchedSymbols)))
    const receipt = await built.ask(`/signals/receipts/${String(receiptId)}`)
    expect(receipt.body).toMatchObject({ matched, unmatched, unmatchedSymbols })
  })

  test('is known by its content', async () => {
    const { body } = await postOutput(subject, content, 'auto')
    expect(body).toMatchObject({ format: tool })
  })

  test('is refused for a graph that another tool speaks of, with the formats that fit, and leaves nothing behind', async () => {
    const other = subject === java ? python : java
    await built.settled()
    const before = await built.stored()
    const { status, body } = await postOutput(other, content, tool)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'RUNTIME_FORMAT_MISMATCH',
      formats: ['signals', other === java ? 'jfr' : 'python-profile'],
    })
    expect(body['detail']).toContain(other === java ? 'jfr' : 'python-profile')
    expect(await built.stored()).toEqual(before)
  })
})

test('hits of a tool are hits of a fact, and what it could not name is an unknown', async () => {
  const { body } = await postOutput(node, fileOf(node.folder, 'trace.v8-coverage.json'), 'v8-coverage')
  await built.settled()
  const fact = await built.ask(`/signals/facts/${String(body['subjectKey'])}`)
  const facts = fact.body['runtimeFacts'] as { symbolId: string; hitCount: number }[]
  expect(facts.find(({ symbolId }) => symbolId === 'classes/range.js#parseRange@84:13')?.hitCount).toBeGreaterThan(0)
  expect(Number(fact.body['unknownsCount'])).toBeGreaterThanOrEqual(Number(body['unmatchedSymbols']))
})

test('a graph that was posted with a root is matched by it', async () => {
  const callgraphId = await postGraph(node, '&root=/src')
  const { body } = await postTo(callgraphId, fileOf(node.folder, 'trace.v8-coverage.json'), 'v8-coverage')
  expect(Number(body['matched'])).toBeGreaterThanOrEqual(40)
})

test('events of our own are events whether that is said or told by their content', async () => {
  const event = JSON.stringify({ metadata: { a: 'b' }, symbolId: 'functions/satisfies.js#anon@2:18' })
  for (const format of ['signals', 'auto']) {
    const { status, body } = await postOutput(node, `${event}\n${event}\n`, format)
    expect(status).toBe(202)
    expect(body).toMatchObject({ accepted: 2, unmatchedSymbols: 0 })
    expect(body).not.toHaveProperty('matched')
  }
})

test('the nearest node is told for a name that is none', async () => {
  const moved = { file: '/app/pkg/autopep8.py', line: 1, name: 'fix_lines', qualifiedName: 'fix_lines', calls: 1 }
  const { body } = await postOutput(python, JSON.stringify({ functions: [moved] }), 'python-profile')
  expect(body['matched']).toBe(1)
  const misspelt = { ...moved, qualifiedName: 'fix_linez' }
  const { body: answer } = await postOutput(python, JSON.stringify({ functions: [misspelt] }), 'python-profile')
  expect(answer).toMatchObject({ matched: 0, unmatched: [{ nearest: 'autopep8.fix_lines' }] })
})

describe('output that is not what its format says is refused whole, with the place', () => {
  test.each([
    [
      'v8-coverage',
      node,
      '{"result":[{"url":"file:///a.js","functions":[{"functionName":"f","ranges":[]}]}]}',
      '/result/0/functions/0/ranges',
    ],
    ['v8-coverage', node, '{"result":[{"url":1,"functions":[]}]}', '/result/0/url'],
    ['v8-cpuprofile', node, '{"nodes":[{"callFrame":{}}]}', '/nodes/0/callFrame/functionName'],
    ['jfr', java, '{"recording":{"events":[{"type":"jdk.ExecutionSample"}]}}', '/recording/events/0/values'],
    ['python-profile', python, '{"functions":[{"file":"a.py"}]}', '/functions/0/line'],
    ['python-profile', python, '{"format":"other","functions":[]}', '/format'],
  ])('%s %#', async (format, subject, content, pointer) => {
    const { status, body } = await postOutput(subject, content, format)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'TOOL_OUTPUT_MALFORMED', errors: [{ pointer }] })
  })

  test.each([
    ['v8-coverage', node, '{"result":{}}'],
    ['v8-coverage', node, '{"result":[{'],
    ['jfr', java, '[]'],
    ['jfr', java, '{"recording":{"events":[]}} x'],
    ['go-coverage', go, 'mode: count\nacme/a.go:1.1,2.2 1 1\nnot a line\n'],
    ['go-coverage', go, '{}'],
    ['v8-cpuprofile', node, '\u0000'],
  ])('%s %#, which is not even of its form', async (format, subject, content) => {
    const { status, body } = await postOutput(subject, content, format)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'TOOL_OUTPUT_MALFORMED' })
  })

  test('and so is one in which nothing ran', async () => {
    const { status, body } = await postOutput(node, '{"result":[]}', 'v8-coverage')
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'RUNTIME_FACTS_EMPTY', error: 'runtime fact stream was empty' })
  })
})

test('a format that nobody knows is refused', async () => {
  expect((await postOutput(node, '{}', 'dtrace')).status).toBe(400)
})
