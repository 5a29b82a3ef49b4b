import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postGraph as postDemoGraph, postTrace } from '../../src/demo/client.ts'
import { demoSubjects } from '../../src/demo/plan.ts'
import { type ToldFinding, type Verified, verifyStore } from '../../src/integrity/verify-store.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { fileOf, flipByte, leaveHalfWritten } from '../support/damage.ts'
import { bundleZip } from '../support/made-bundles.ts'
import { postGraph } from '../support/posted-graph.ts'

let built: BuiltApp
beforeEach(async () => {
  built = await openApp()
})
afterEach(() => built[Symbol.asyncDispose]())

interface Told extends Verified {
  readonly told: readonly ToldFinding[]
}

async function verify(quarantine = false): Promise<Told> {
  const told: ToldFinding[] = []
  const verified = await verifyStore(built.context.stores, { quarantine, onFinding: (one) => void told.push(one) })
  expect(verified.findings).toBe(told.length)
  return { ...verified, told }
}

/** Behind the service's back. */
function change(sql: string, ...params: readonly SQLInputValue[]): void {
  const database = new DatabaseSync(built.context.config.sqlite.path)
  database.prepare(sql).run(...params)
  database.close()
}

const cas = (): string => built.context.config.cas.directory
const uriOf = (path: string): string => `cas://${path.slice(join(cas(), 'default').length + 1)}`

async function postBatch(callgraphId: string, key: string, symbols: readonly string[] = ['a']): Promise<void> {
  const body = symbols.map((symbolId) => JSON.stringify({ symbolId })).join('\n')
  const url = `/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=scan-1`
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key, prefer: 'wait=30' }
  expect((await built.ask(url, { body, headers })).status).toBe(202)
}

/** A graph with a subject, two batches of which the second has a list of its own in the CAS, and so three versions. */
async function fillSmall(): Promise<string> {
  const callgraphId = await postGraph(built, { scanId: 'scan-1', target: 'b' })
  await postBatch(callgraphId, 'k1')
  await postBatch(
    callgraphId,
    'k2',
    Array.from({ length: 1_200 }, (_, number) => `s${number}`),
  )
  await built.settled()
  return callgraphId
}

describe('what is as it was stored is clean:', () => {
  test('nothing at all', async () => {
    expect(await verify()).toEqual({ tenants: 0, blobs: 0, rows: 0, events: 0, findings: 0, told: [] })
  })

  test('a subject with long lists', async () => {
    await fillSmall()
    const { told, tenants, rows, events, blobs } = await verify()
    expect(told).toEqual([])
    // A graph, three of evidence, a subject; artifact, archive, index, manifest and more.
    expect({ tenants, rows, events }).toEqual({ tenants: 1, rows: 5, events: 3 })
    expect(blobs).toBe((await built.stored()).files.filter((name) => !name.startsWith('.')).length)
  })

  test('a union bundle', async () => {
    const headers = { 'content-type': 'application/zip', 'x-analysis-id': 'scan-0001', prefer: 'wait=30' }
    const answer = await built.ask('/signals/reachability/union', { body: bundleZip(), headers })
    expect(answer.status).toBe(202)
    await built.settled()
    expect(await verify()).toMatchObject({ told: [], rows: 5 })
  })

  test("the demo's data", async () => {
    const { url } = await built.listen()
    const client = { url, fixtures: join(import.meta.dirname, '../../fixtures/real') }
    for (const subject of demoSubjects) {
      await postTrace(client, subject, (await postDemoGraph(client, subject)).callgraphId)
    }
    await built.settled()
    const { told, events } = await verify()
    expect(told).toEqual([])
    expect(events).toBeGreaterThanOrEqual(demoSubjects.length)
  })

  test('what a service takes in while it is looked at', async () => {
    const callgraphId = await fillSmall()
    let isPosting = true
    const posting = (async () => {
      for (let turn = 0; turn < 40; turn += 1) await postBatch(callgraphId, `beside-${turn}`, [`n${turn}`, 'a'])
      isPosting = false
    })()
    let looks = 0
    while (isPosting) {
      expect((await verify()).told).toEqual([])
      looks += 1
    }
    await posting
    expect(looks).toBeGreaterThan(1)
    await built.settled()
    expect((await verify()).told).toEqual([])
  })
})

describe('finds', () => {
  test.each([
    ['reachability_graphs', '.tar.zst'],
    ['artifacts', '.zst'],
    ['runtime_traces', '.tar.zst'],
    ['reachability_facts', '.json.zst'],
    ['manifests', '.json'],
  ])('a flipped byte in a blob of %s', async (namespace, ending) => {
    await fillSmall()
    const path = await fileOf(cas(), namespace, ending)
    await flipByte(path)
    const { told } = await verify()
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ kind: 'corrupt-blob', severity: 'error', tenant: 'default', where: uriOf(path) })
  })

  test.each([
    ['reachability_graphs', '.tar.zst', 'callgraphs/', 'casUri'],
    ['artifacts', '.zst', 'callgraphs/', 'artifactCasUri'],
    ['manifests', '.json', 'callgraphs/', 'manifestCasUri'],
    ['runtime_traces', '.tar.zst', 'evidence/', 'traceCasUri'],
  ])('a missing blob of %s', async (namespace, ending, where, member) => {
    await fillSmall()
    const path = await fileOf(cas(), namespace, ending)
    await rm(path)
    const { told } = await verify()
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ kind: 'missing-blob', severity: 'error', expected: uriOf(path) })
    expect(told[0]?.where.startsWith(where)).toBe(true)
    expect(told[0]?.what).toContain(member)
  })

  test('every content of a fact that is missing, by who names it', async () => {
    await fillSmall()
    await rm(join(cas(), 'default/reachability_facts'), { recursive: true })
    const { told } = await verify()
    const kinds = new Set(told.map(({ kind, where }) => `${kind} ${where.split('/')[0]}`))
    expect([...kinds].sort()).toEqual(['event-without-fact events', 'missing-blob evidence', 'missing-blob facts'])
    for (const member of ['hitsDigest', 'digest', 'chunks', 'ledger']) {
      expect(told.some(({ what }) => what.startsWith(`${member} names`))).toBe(true)
    }
  })

  test('a flipped byte in a file of a bundle, which no key tells', async () => {
    const headers = { 'content-type': 'application/zip', 'x-analysis-id': 'scan-0001', prefer: 'wait=30' }
    await built.ask('/signals/reachability/union', { body: bundleZip(), headers })
    await built.settled()
    await flipByte(join(cas(), 'default/reachability_graphs/scan-0001/nodes.ndjson'))
    await rm(join(cas(), 'default/reachability_graphs/scan-0001/meta.json'))
    const { told } = await verify()
    expect(told).toMatchObject([
      { kind: 'missing-blob', where: 'bundles/scan-0001', what: 'meta.json names content that is not there' },
      { kind: 'corrupt-blob', where: 'cas://reachability_graphs/scan-0001/nodes.ndjson' },
    ])
  })

  test('rows that point nowhere', async () => {
    const callgraphId = await fillSmall()
    change('DELETE FROM callgraphs')
    const { told } = await verify()
    expect(told.every(({ kind }) => kind === 'dangling-reference')).toBe(true)
    const expected = told.map(({ where, expected }) => [where.split('/')[0], expected?.split(' ')[0]])
    expect(expected).toEqual([
      ...Array.from({ length: 3 }, () => ['evidence', `callgraphs/${callgraphId}`]),
      ['facts', `callgraphs/${callgraphId}`],
    ])
  })

  test('an event without its fact', async () => {
    await fillSmall()
    change('DELETE FROM facts')
    const { told } = await verify()
    expect(told.filter(({ kind }) => kind === 'event-without-fact')).toHaveLength(3)
    expect(told.filter(({ kind }) => kind === 'dangling-reference')).toHaveLength(3)
    expect(told).toHaveLength(6)
  })

  test('an event of a version that the fact never came to, and evidence that says it is in one', async () => {
    await fillSmall()
    change('UPDATE facts SET version = 2')
    const kinds = (await verify()).told.map(({ kind, where }) => `${kind} ${where.split('/')[0]}`)
    expect(kinds).toContain('event-without-fact facts')
    expect(kinds).toContain('evidence-mismatch evidence')
    expect(kinds).toContain('fact-mismatch facts')
  })

  test('a gap in the log', async () => {
    await fillSmall()
    change('DELETE FROM events WHERE number = 2')
    expect((await verify()).told).toMatchObject([
      { kind: 'event-missing', expected: 'version 2', found: 'version 3', severity: 'error' },
    ])
  })

  test('an end that the log lacks', async () => {
    await fillSmall()
    change('DELETE FROM events WHERE number = 3')
    expect((await verify()).told).toMatchObject([
      { kind: 'event-missing', where: 'facts/scan-1', expected: 'version 3' },
    ])
  })

  test('a body that is not what its digest says', async () => {
    await postGraph(built, { scanId: 'scan-1', target: 'b' })
    change('UPDATE facts SET body = CAST(replace(CAST(body AS TEXT), \'"verdict"\', \'"Verdict"\') AS BLOB)')
    expect((await verify()).told).toMatchObject([{ kind: 'fact-mismatch', where: 'facts/scan-1' }])
  })

  test('a summary that says something else than its fact', async () => {
    await postGraph(built, { scanId: 'scan-1', target: 'b' })
    change("UPDATE facts SET summary = json_set(summary, '$.score', 0.123)")
    expect((await verify()).told).toMatchObject([{ kind: 'fact-mismatch', found: '0.123' }])
  })

  test('a receipt that is of other evidence', async () => {
    await fillSmall()
    change("UPDATE evidence SET receipt = json_set(receipt, '$.receiptId', 'another') WHERE seq = 2")
    expect((await verify()).told).toMatchObject([{ kind: 'evidence-mismatch', found: 'runtime another' }])
  })

  test('a graph that is not the one its row says', async () => {
    await fillSmall()
    change("UPDATE callgraphs SET content = json_set(content, '$.graphHash', ?)", `sha256:${'0'.repeat(64)}`)
    expect((await verify()).told.map(({ kind }) => kind)).toEqual(['graph-mismatch', 'dangling-reference'])
  })

  test('a damaged index, which is no loss', async () => {
    await fillSmall()
    const path = await fileOf(cas(), 'graph_indexes')
    await flipByte(path)
    expect((await verify()).told).toMatchObject([{ kind: 'damaged-index', severity: 'warning', where: uriOf(path) }])
    await rm(path)
    expect((await verify()).told).toEqual([])
  })

  test('a half-written temporary file', async () => {
    await fillSmall()
    const name = await leaveHalfWritten(join(cas(), '.staging'))
    expect((await verify()).told).toMatchObject([
      { kind: 'leftover-file', severity: 'warning', where: `staging/${name}` },
    ])
  })
})

describe('what is corrupt, moved aside,', () => {
  test('is kept apart, missed where it is named, and stored anew when it is posted again', async () => {
    const callgraphId = await fillSmall()
    const path = await fileOf(cas(), 'reachability_graphs', '.tar.zst')
    const whole = await readFile(path)
    await flipByte(path)
    const corrupt = await readFile(path)
    // Posting it again alone changes nothing: what stands there has the right length.
    expect(await postGraph(built, { scanId: 'scan-1', target: 'b' })).toBe(callgraphId)
    expect((await verify()).told).toMatchObject([{ kind: 'corrupt-blob' }])

    const { told } = await verify(true)
    expect(told).toMatchObject([
      { kind: 'corrupt-blob', where: uriOf(path), isQuarantined: true },
      { kind: 'missing-blob', expected: uriOf(path) },
    ])
    expect(told[0]).not.toHaveProperty('damaged')
    const aside = join(cas(), '.quarantine', path.slice(cas().length))
    expect((await readFile(aside)).equals(corrupt)).toBe(true)
    expect((await built.ask(`/signals/callgraphs/${callgraphId}/graph`)).status).toBe(404)

    expect(await postGraph(built, { scanId: 'scan-1', target: 'b' })).toBe(callgraphId)
    expect((await readFile(path)).equals(whole)).toBe(true)
    expect((await verify()).told).toEqual([])
  })

  test('is no longer in the way of an index, which is made again', async () => {
    const callgraphId = await fillSmall()
    const path = await fileOf(cas(), 'graph_indexes')
    const whole = await readFile(path)
    await flipByte(path)
    expect((await verify(true)).told).toMatchObject([{ kind: 'damaged-index', isQuarantined: true }])
    expect(await postGraph(built)).toBe(callgraphId)
    expect((await readFile(path)).equals(whole)).toBe(true)
  })
})
