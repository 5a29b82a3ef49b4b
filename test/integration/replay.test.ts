import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postGraph, postTrace } from '../../src/demo/client.ts'
import { demoSubjects } from '../../src/demo/plan.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { bundleOf, compressedTar, filesOf, ReplayRoom, resealed, tarOf } from '../support/bundles.ts'
import { seededRandom } from '../support/seeded-random.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/real')
const program = join(import.meta.dirname, '../../bin/signals')

let room: ReplayRoom
beforeAll(async () => {
  room = await ReplayRoom.open()
})
afterAll(() => room[Symbol.asyncDispose]())

interface Ended {
  readonly code: unknown
  readonly out: string
  readonly said: string
}

/** The command as a shell runs it. */
async function signalsReplay(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(program, ['replay', ...args], { env: { PATH: process.env['PATH'], ...env } })
  const [out, said, [code]] = await Promise.all([
    Array.fromAsync(child.stdout),
    Array.fromAsync(child.stderr),
    once(child, 'exit'),
  ])
  return { code, out: Buffer.concat(out).toString(), said: Buffer.concat(said).toString() }
}

describe('every subject of the demo', () => {
  let built: BuiltApp
  let directory: string
  const bundles = new Map<string, string>()
  beforeAll(async () => {
    built = await openApp()
    directory = await mkdtemp(join(tmpdir(), 'replayed-'))
    const { url } = await built.listen()
    for (const subject of demoSubjects) {
      const graph = await postGraph({ url, fixtures }, subject)
      await postTrace({ url, fixtures }, subject, graph.callgraphId)
      const path = join(directory, `${subject.component.replaceAll(/[^a-z0-9]/g, '-')}.tar.zst`)
      await writeFile(path, await bundleOf(built, { subject: graph.subjectKey }))
      bundles.set(subject.component, path)
    }
  }, 120_000)
  afterAll(async () => {
    await built[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })

  test.each(demoSubjects.map(({ component }) => component))(
    'is proven by its bundle alone, in another time zone and language: %s',
    async (component) => {
      const env = { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TMPDIR: room.directory }
      const { code, out, said } = await signalsReplay([bundles.get(component)!], env)
      expect({ code, said }).toEqual({ code: 0, said: '' })
      expect(out).toMatch(/^match {2}/)
      expect(await readdir(room.directory)).toEqual([])
    },
    60_000,
  )
})

describe('a subject of which each kind of evidence was said', () => {
  let built: BuiltApp
  let bundle: Buffer
  beforeAll(async () => {
    built = await openApp()
    const [subject] = demoSubjects
    const { url } = await built.listen()
    const graph = await postGraph({ url, fixtures }, subject!)
    await postTrace({ url, fixtures }, subject!, graph.callgraphId)
    bundle = await bundleOf(built, { subject: graph.subjectKey })
  }, 60_000)
  afterAll(() => built[Symbol.asyncDispose]())

  test('a flipped byte at any of 200 places is detected, and what it is in is named', async () => {
    const files = await filesOf(bundle)
    const random = seededRandom(20_261_128)
    const names = [...files.keys()]
    const outcomes = new Map<string, number>()
    for (let flip = 0; flip < 200; flip += 1) {
      const name = names[flip % names.length]!
      const bytes = Buffer.from(files.get(name)!)
      const place = Math.floor(random() * bytes.byteLength)
      bytes[place]! ^= 1 << Math.floor(random() * 8)
      const replay = await room.replay(await room.pack(new Map([...files, [name, bytes]])))
      expect(replay.match, `${name} at ${place}`).toBe(name === 'fact.json' ? false : null)
      expect(replay.problems).toContainEqual(expect.objectContaining({ file: name, problem: 'altered' }))
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
    }
    expect([...outcomes.keys()]).toEqual(names)
  }, 120_000)

  test('so is one between the files: in headers, padding, and at the end', async () => {
    const tar = await tarOf(bundle)
    const outside = placesOutside(tar)
    const random = seededRandom(7)
    for (let flip = 0; flip < 200; flip += 1) {
      const bytes = Buffer.from(tar)
      bytes[outside[Math.floor(random() * outside.length)]!]! ^= 1 << Math.floor(random() * 8)
      await expect(room.replay(compressedTar(bytes))).rejects.toMatchObject({
        code: 'REPLAY_BUNDLE_INVALID',
        message: expect.stringMatching(
          /altered or broken at (its first file|\S+\.(json|ndjson|tar) or behind it)|has a file/,
        ),
      })
    }
  }, 120_000)

  test('so is one in the compressed bytes, unless they mean the same all the same', async () => {
    const random = seededRandom(11)
    const tar = await tarOf(bundle)
    for (let flip = 0; flip < 100; flip += 1) {
      const bytes = Buffer.from(bundle)
      bytes[Math.floor(random() * bytes.byteLength)]! ^= 1 << Math.floor(random() * 8)
      const unpacked = await tarOf(bytes).catch(() => undefined)
      if (unpacked?.equals(tar)) continue
      await expect(room.replay(bytes)).rejects.toMatchObject({ code: 'REPLAY_BUNDLE_INVALID' })
    }
  }, 120_000)

  test('a manifest that vouches for another graph than there is makes nothing right', async () => {
    const files = await filesOf(bundle)
    const graphHash = sha256Of('another')
    const lied = resealed(files, ({ reachability }) => ({
      reachability: { ...reachability, graphs: reachability.graphs.map((graph) => ({ ...graph, graphHash })) },
    }))
    expect(await room.replay(await room.pack(lied))).toMatchObject({
      match: null,
      computedDigest: null,
      problems: [{ file: expect.stringMatching(/^graph-/), problem: 'unreadable' }],
    })
    expect(await readdir(room.directory)).toEqual([])
  })

  test('the command tells each way to end by its exit code', async () => {
    const files = await filesOf(bundle)
    const write = async (name: string, bytes: Buffer): Promise<string> => {
      const path = join(await mkdtemp(join(tmpdir(), 'replay-command-')), name)
      await writeFile(path, bytes)
      return path
    }
    const without = new Map([...files].filter(([name]) => !name.startsWith('graph-')))
    const altered = new Map([...files, ['fact.json', Buffer.from('{}')]])
    const paths = {
      missing: await write('missing.tar.zst', await room.pack(without)),
      altered: await write('altered.tar.zst', await room.pack(altered)),
      text: await write('text.tar.zst', Buffer.from('hello')),
    }
    expect(await signalsReplay([paths.missing])).toMatchObject({
      code: 3,
      said: expect.stringMatching(/^graph-\w+\.tar: missing/),
    })
    expect(await signalsReplay([paths.altered])).toMatchObject({
      code: 2,
      said: expect.stringContaining('fact.json: altered'),
    })
    expect(await signalsReplay([paths.text])).toMatchObject({ code: 65, out: '' })
    expect(await signalsReplay(['/nowhere/at/all'])).toMatchObject({ code: 66, out: '' })
    expect(await signalsReplay([])).toMatchObject({ code: 64 })
    const told = await signalsReplay([paths.missing, '--json'])
    expect(JSON.parse(told.out)).toMatchObject({ match: null, problems: [{ problem: 'missing' }] })
    await Promise.all(Object.values(paths).map((path) => rm(join(path, '..'), { recursive: true, force: true })))
  }, 60_000)
})

/** Positions in a tar that belong to no file's content. */
function placesOutside(tar: Buffer): number[] {
  const places: number[] = []
  for (let at = 0; at < tar.byteLength; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) || 0
    for (let offset = 0; offset < 512; offset += 1) places.push(at + offset)
    const end = at + 512 + size
    at = Math.ceil(end / 512) * 512
    for (let padding = end; padding < at; padding += 1) places.push(padding)
  }
  return places
}

test('a subject of 1,000 batches is proven on a second instance that has never seen it', async () => {
  await using one = await openApp()
  await using other = await openApp()
  const ids = Array.from({ length: 1_500 }, (_, number) => `f${number}`)
  const graph = { nodes: ids, edges: ids.slice(1).map((to, at) => ({ from: ids[at >> 1], to })), entryPoints: ['f0'] }
  const query = new URLSearchParams({ language: 'go', component: 'shop', version: '1', scanId: 'many' })
  const posted = await one.ask(`/signals/callgraphs?${query.toString()}`, { body: JSON.stringify(graph) })
  expect(posted.status, posted.text).toBe(202)
  const said = new URLSearchParams({ callgraphId: String(posted.body['callgraphId']), scanId: 'many' })
  for (let batch = 0; batch < 1_000; batch += 1) {
    const events = [`f${batch + 400}`, `f${(batch * 7) % 1_500}`].map((symbolId) => ({
      symbolId,
      containerId: `c${batch}`,
    }))
    const { status } = await one.ask(`/signals/runtime-facts/ndjson?${said.toString()}`, {
      body: events.map((event) => JSON.stringify(event)).join('\n'),
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': `batch-${batch}` },
    })
    expect(status).toBe(202)
  }
  await one.settled()
  const before = await other.stored()
  const { status, body } = await other.ask('/signals/replay', { body: await bundleOf(one, { subject: 'many' }) })
  const { body: manifest } = await one.ask('/signals/facts/many/replay-manifest')
  expect(status).toBe(200)
  expect(manifest).toMatchObject({ evidenceCount: 1_001 })
  expect(body).toMatchObject({
    match: true,
    problems: [],
    computedDigest: (manifest['fact'] as { digest: string }).digest,
  })
  expect(await other.stored()).toEqual(before)
}, 300_000)
