import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { createZstdCompress } from 'node:zlib'
import { inflate } from '../http/inflate.ts'
import { type InsistDeps, insist, type Patience } from './insist.ts'
import { type ServiceAnswer, type ServiceAt, sendRequest } from './service-request.ts'
import type { UploadSource } from './upload-source.ts'

export interface Upload {
  readonly source: UploadSource
  /** Where it goes. */
  readonly route: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** An archive is sent as it is; the rest is compressed, unless it is so already. */
  readonly isArchive: boolean
  /** Of the client's own choice; else made of the content and of what is said about it, so that saying it again is a repeat. */
  readonly key: string | undefined
}

export interface UploadDeps extends InsistDeps {
  /** Told how much of the source has been read for sending. */
  readonly onProgress: (sentBytes: number, totalBytes: number) => void
}

/** Streams a source to a route, again until it is acknowledged: under one key, so that it counts once. */
export async function uploadFile(
  deps: UploadDeps,
  service: ServiceAt,
  upload: Upload,
  patience: Patience,
): Promise<ServiceAnswer> {
  const { source, route, query, isArchive } = upload
  const headers = {
    ...upload.headers,
    'idempotency-key': upload.key ?? (await keyOf(upload)),
    ...(!isArchive && { 'content-encoding': source.encoding ?? 'zstd' }),
  }
  const isSentAsItIs = isArchive || source.encoding !== undefined
  const body = (): ReadableStream => {
    const pieces = counted(source, deps.onProgress)
    return isSentAsItIs ? Readable.toWeb(Readable.from(pieces, { objectMode: false })) : compressed(pieces)
  }
  return await insist(deps, patience, () => sendRequest(service, { method: 'POST', path: route, query, headers, body }))
}

/** Of the content, not of how it happens to be compressed: the same facts in another coding are the same facts. */
async function keyOf({ source, isArchive, route, query, headers }: Upload): Promise<string> {
  const hash = createHash('sha256')
  const sorted = new URLSearchParams(query)
  sorted.sort()
  hash.update(JSON.stringify([route, sorted.toString(), headers['x-analysis-id'] ?? '', headers['x-source'] ?? '']))
  const isInflated = !isArchive && source.encoding !== undefined
  const content = isInflated ? inflate(source.encoding, source.read()) : source.read()
  for await (const piece of content) hash.update(piece)
  return `push:${hash.digest('hex')}`
}

function compressed(pieces: AsyncIterable<Buffer>): ReadableStream {
  const compressor = createZstdCompress()
  // A failure reaches the reader through the compressor, and a reader that leaves ends the reading.
  pipeline(pieces, compressor).catch(() => undefined)
  return Readable.toWeb(compressor)
}

async function* counted(source: UploadSource, onProgress: UploadDeps['onProgress']): AsyncGenerator<Buffer> {
  let sentBytes = 0
  for await (const piece of source.read()) {
    sentBytes += piece.byteLength
    onProgress(sentBytes, source.size)
    yield piece
  }
}
