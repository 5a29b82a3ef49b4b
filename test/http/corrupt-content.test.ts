import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { fileOf, flipByte } from '../support/damage.ts'
import { bundleZip, linesOf, shopNodes } from '../support/made-bundles.ts'

const union = '/signals/reachability/union'
// Long enough that it is read in many pieces.
const longNodes = linesOf(
  Array.from({ length: 20_000 }, (_, number) => ({
    symbol_id: `sym:n${number}`,
    lang: 'java',
    kind: 'method',
    display: `n${number}`,
  })),
)

let built: BuiltApp
let url: string
beforeEach(async () => {
  built = await openApp()
  const headers = { 'content-type': 'application/zip', 'x-analysis-id': 'scan-0001', prefer: 'wait=30' }
  const answer = await built.ask(union, { body: bundleZip({ nodes: shopNodes + longNodes }), headers })
  expect(answer.status).toBe(202)
  url = (await built.listen()).url
})
afterEach(() => built[Symbol.asyncDispose]())

/** What a client has when the connection ends: a whole answer, or none. */
async function received(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers })
  return await response.arrayBuffer().then(
    (body) => `${response.status} of ${body.byteLength} bytes`,
    () => 'cut off',
  )
}

const nodesFile = (): string =>
  join(built.context.config.cas.directory, 'default/reachability_graphs/scan-0001/nodes.ndjson')
const archive = { accept: 'application/zstd' }

describe('corrupt content is never served whole:', () => {
  test('a file of a bundle', async () => {
    const { length } = shopNodes + longNodes
    const path = `${union}/scan-0001/files/nodes.ndjson`
    expect(await received(path)).toBe(`200 of ${length} bytes`)
    await flipByte(nodesFile())
    expect(await received(path)).toBe('cut off')
  })

  test.each([
    // What fits into one piece is refused before anything of it was sent.
    ['bytes=0-9', /^500 /],
    ['bytes=-5', /^500 /],
    ['bytes=100-1000000', /^cut off$/],
  ])('a range of it, %s, wherever the damage is', async (range, refusal) => {
    const path = `${union}/scan-0001/files/nodes.ndjson`
    expect(await received(path, { range })).toMatch(/^206 /)
    await flipByte(nodesFile())
    expect(await received(path, { range })).toMatch(refusal)
  })

  test('the archive of a graph, compressed as it rests', async () => {
    const path = await fileOf(built.context.config.cas.directory, 'reachability_graphs', '.tar.zst')
    const stored = await readFile(path)
    const graph = '/signals/callgraphs/scan-0001/graph'
    const response = await fetch(`${url}${graph}`, { headers: archive })
    expect(Buffer.from(await response.arrayBuffer()).equals(stored)).toBe(true)
    await flipByte(path)
    expect(await received(graph, archive)).not.toMatch(/^200/)
    // Sound in itself, but another's: only the digest in its key tells.
    const trace = await fileOf(built.context.config.cas.directory, 'runtime_traces', '.tar.zst')
    await writeFile(path, await readFile(trace))
    expect(await received(graph, archive)).not.toMatch(/^200/)
  })

  test('a graph in lines', async () => {
    await flipByte(await fileOf(built.context.config.cas.directory, 'reachability_graphs', '.tar.zst'))
    expect(await built.ask('/signals/callgraphs/scan-0001/graph')).toMatchObject({
      status: 500,
      body: { code: 'CAS_CORRUPT' },
    })
  })

  test('a manifest', async () => {
    const manifest = '/signals/callgraphs/scan-0001/manifest'
    expect((await built.ask(manifest)).status).toBe(200)
    await flipByte(await fileOf(built.context.config.cas.directory, 'manifests'))
    expect(await built.ask(manifest)).toMatchObject({ status: 500, body: { code: 'CAS_CORRUPT' } })
  })
})
