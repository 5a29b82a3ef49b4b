import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallgraphRecord } from '../../../src/callgraphs/callgraph-record.ts'
import { graphIndexKey } from '../../../src/callgraphs/graph-index-key.ts'
import { ingestCallgraph } from '../../../src/callgraphs/ingest-callgraph.ts'
import { loadGraphIndex } from '../../../src/callgraphs/load-graph-index.ts'
import { CasError } from '../../../src/cas/cas-errors.ts'
import { physicalKey } from '../../../src/cas/cas-key.ts'
import { parseCasUri } from '../../../src/cas/cas-uri.ts'
import { CallgraphIngest, uploading } from '../../support/callgraph-ingest.ts'
import { acme } from '../../support/store-values.ts'

let ingest: CallgraphIngest
let record: CallgraphRecord
let indexKey: string
let stored: Buffer

beforeEach(async () => {
  ingest = await CallgraphIngest.open()
  const { answer } = await ingestCallgraph(ingest.deps, uploading({ entryPoints: ['c'], closedWorld: true }))
  record = (await ingest.callgraphs.find(acme, String(answer['callgraphId'])))!
  indexKey = physicalKey(graphIndexKey(acme, record.graphHash))
  stored = ingest.store.objects.get(indexKey)!.bytes
})
afterEach(() => ingest[Symbol.asyncDispose]())

function replace(bytes: Buffer): void {
  const { key } = ingest.store.objects.get(indexKey)!
  ingest.store.objects.set(indexKey, { key, bytes, contentLength: bytes.byteLength, lastPutMs: 0 })
}

function spoilt(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(stored)
  change(bytes)
  return bytes
}

describe('the index of a graph', () => {
  test('is read as it was stored, into memory that threads can share', async () => {
    const { index, buffer } = await loadGraphIndex(ingest.content, record)
    expect(buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(Buffer.from(buffer).equals(stored)).toBe(true)
    expect(index).toMatchObject({ nodeCount: 4, linkCount: 2, closedWorld: true })
    expect(index.entryPoints).toEqual([{ node: 2, source: 'declared' }])
  })

  test('that is lost is made again from the archive, the same bytes, and stored', async () => {
    ingest.store.objects.delete(indexKey)
    const { buffer } = await loadGraphIndex(ingest.content, record)
    expect(Buffer.from(buffer).equals(stored)).toBe(true)
    expect(ingest.store.objects.get(indexKey)?.bytes.equals(stored)).toBe(true)
  })

  test.each([
    ['of another format', (bytes: Buffer) => bytes.writeUInt32LE(99, 4)],
    ['that is none', (bytes: Buffer) => bytes.fill(0, 0, 4)],
  ])('%s is made again for whoever asks', async (_what, change) => {
    replace(spoilt(change))
    const { buffer } = await loadGraphIndex(ingest.content, record)
    expect(Buffer.from(buffer).equals(stored)).toBe(true)
  })

  test.each([
    ['cut off', () => stored.subarray(0, -4)],
    ['empty', () => Buffer.alloc(0)],
  ])('that was %s is made again for whoever asks', async (_what, bytes) => {
    replace(bytes())
    const { buffer } = await loadGraphIndex(ingest.content, record)
    expect(Buffer.from(buffer).equals(stored)).toBe(true)
  })

  test('is not made again when the store cannot be reached: that would hide it', async () => {
    const away = new CasError('CAS_UNAVAILABLE', 'the store is away')
    ingest.store.open = () => Promise.reject(away)
    await expect(loadGraphIndex(ingest.content, record)).rejects.toBe(away)
  })

  test('cannot be made again without the archive', async () => {
    ingest.store.objects.delete(indexKey)
    ingest.store.objects.delete(physicalKey(parseCasUri(acme, record.casUri)!))
    await expect(loadGraphIndex(ingest.content, record)).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
    await expect(loadGraphIndex(ingest.content, { ...record, casUri: 'http://else' })).rejects.toThrow(TypeError)
  })
})
