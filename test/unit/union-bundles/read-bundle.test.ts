import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StagedBlob } from '../../../src/cas/staged-blob.ts'
import { Staging } from '../../../src/cas/staging.ts'
import { readBundle } from '../../../src/union-bundles/read-bundle.ts'
import { hostileZips } from '../../support/hostile-zips/all-hostile-zips.ts'
import { deflateBomb } from '../../support/hostile-zips/deflate-bomb.ts'
import { withEntry } from '../../support/hostile-zips/hostile-zip.ts'
import { bundleZip, shopNodes } from '../../support/made-bundles.ts'

const limits = { maxEntries: 64, maxInflatedBytes: 2 ** 31, maxRatio: 2_000 }
const mebibyte = 1024 * 1024

let directory: string
let staging: Staging
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'read-bundle-'))
  staging = await Staging.open(directory)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** A staging that sees what goes through it. */
function watched(): { readonly staging: Staging; readonly chunks: number[] } {
  const chunks: number[] = []
  const stage = async (source: Uint8Array | AsyncIterable<Uint8Array>, encoding: StagedBlob['encoding']) => {
    if (source instanceof Uint8Array) return await staging.stage(source, encoding)
    return await staging.stage(seen(source, chunks), encoding)
  }
  return { staging: Object.assign(Object.create(staging) as Staging, { stage }), chunks }
}

async function* seen(source: AsyncIterable<Uint8Array>, chunks: number[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    chunks.push(chunk.byteLength)
    yield chunk
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

async function read(bytes: Buffer, into: Staging, maxRatio = limits.maxRatio) {
  const archive = await staging.stage(bytes, 'identity')
  try {
    return await readBundle({ staging: into, limits: { ...limits, maxRatio } }, archive)
  } finally {
    await archive.discard()
  }
}

test('the files of a sound archive are staged, counted and hashed, and disposing leaves none', async () => {
  const files = await read(bundleZip(), staging)
  expect(files.names).toEqual(['edges.ndjson', 'facts_runtime.ndjson', 'meta.json', 'nodes.ndjson'])
  expect(files.get('nodes.ndjson')).toMatchObject({ lines: 4, records: 4, endsWithLineFeed: true })
  expect(files.get('nodes.ndjson')?.blob.contentLength).toBe(shopNodes.length)
  await files[Symbol.asyncDispose]()
  expect(await readdir(directory)).toEqual([])
})

test('no hostile archive makes more of itself than a sound one of its size, and none leaves a file', async () => {
  for (const { bytes, name } of hostileZips) {
    const { staging: into, chunks } = watched()
    const files = await read(bytes, into, 200).catch(() => undefined)
    await files?.[Symbol.asyncDispose]()
    expect(sum(chunks), name).toBeLessThanOrEqual(Math.max(mebibyte, bytes.length))
    expect(await readdir(directory), name).toEqual([])
  }
})

test('of an entry that says how long it is not a byte more is taken than that', async () => {
  const { staging: into, chunks } = watched()
  const bomb = deflateBomb(0x20, 260_112)
  const bytes = withEntry('nodes.ndjson', { method: 8, ...bomb, size: 100_000 })
  await expect(read(bytes, into)).rejects.toMatchObject({ code: 'UNION_SIZE_MISMATCH' })
  expect(sum(chunks)).toBeLessThanOrEqual(100_000)
})

test('64 MiB are never in memory at once: they go by in pieces of 64 KiB', async () => {
  const { staging: into, chunks } = watched()
  const bomb = deflateBomb(0x20, 260_112)
  await using files = await read(withEntry('nodes.ndjson', { method: 8, ...bomb }), into)
  expect(files.get('nodes.ndjson')).toMatchObject({ lines: 1, records: 0, endsWithLineFeed: false })
  expect(sum(chunks)).toBeGreaterThan(64 * mebibyte - 1024)
  expect(Math.max(...chunks)).toBeLessThanOrEqual(64 * 1024)
})
