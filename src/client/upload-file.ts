import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createZstdCompress } from 'node:zlib'
import { type InsistDeps, insist, type Patience } from './insist.ts'
import { type ServiceAnswer, type ServiceAt, sendRequest } from './service-request.ts'

export interface Upload {
  readonly path: string
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
  /** Told how much of the file has been read for sending. */
  readonly onProgress: (sentBytes: number, totalBytes: number) => void
}

/** Streams a file to a route, again until it is acknowledged: under one key, so that it counts once. */
export async function uploadFile(
  deps: UploadDeps,
  service: ServiceAt,
  upload: Upload,
  patience: Patience,
): Promise<ServiceAnswer> {
  const { path, route, query, isArchive } = upload
  const { size } = await stat(path)
  const coding = isArchive ? 'identity' : await codingOf(path)
  const headers = {
    ...upload.headers,
    'idempotency-key': upload.key ?? (await keyOf(upload)),
    ...(coding !== 'identity' && { 'content-encoding': coding === 'plain' ? 'zstd' : coding }),
  }
  const body = (): ReadableStream => {
    const read = createReadStream(path).pipe(counting((sent) => deps.onProgress(sent, size)))
    return Readable.toWeb(coding === 'plain' ? read.pipe(createZstdCompress()) : read)
  }
  return await insist(deps, patience, () => sendRequest(service, { method: 'POST', path: route, query, headers, body }))
}

async function keyOf({ path, route, query, headers }: Upload): Promise<string> {
  const hash = createHash('sha256')
  const sorted = new URLSearchParams(query)
  sorted.sort()
  hash.update(JSON.stringify([route, sorted.toString(), headers['x-analysis-id'] ?? '', headers['x-source'] ?? '']))
  for await (const piece of createReadStream(path)) hash.update(piece)
  return `push:${hash.digest('hex')}`
}

/** By the first bytes, never by the name: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 and RFC 1952, 2.3.1. */
async function codingOf(path: string): Promise<'plain' | 'gzip' | 'zstd'> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
  if (buffer.readUInt32LE() === 0xfd2fb528) return 'zstd'
  return buffer.readUInt16BE() === 0x1f8b ? 'gzip' : 'plain'
}

function counting(onBytes: (bytesSoFar: number) => void): Transform {
  let bytesSoFar = 0
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytesSoFar += piece.byteLength
      onBytes(bytesSoFar)
      done(null, piece)
    },
  })
}
