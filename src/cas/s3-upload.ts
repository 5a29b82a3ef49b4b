import { type FileHandle, open } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { CasError } from './cas-errors.ts'
import { isRefusal, lockOf, type NewOutcome, type Retention, type S3Bucket } from './s3-bucket.ts'
import { s3FailureOf } from './s3-failure.ts'
import type { StagedBlob } from './staged-blob.ts'

interface Upload {
  readonly Key: string
  readonly UploadId: string
}

/** At least 5 MiB, and at most 10,000 of them: S3's own bounds. */
const partLength = 8 * 1024 * 1024

/** Uploads in parts: what does not come to its end leaves nothing behind that one would have to pay for. */
export class S3Uploads {
  readonly #bucket: S3Bucket
  /** Whose parts could not be thrown away, since the server was gone. */
  readonly #leftOver = new Set<Upload>()

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket
  }

  /** Like `S3Bucket.putNew`, for what is too long for one request. */
  async putNew(key: string, blob: StagedBlob, retention?: Retention): Promise<NewOutcome> {
    const upload = await this.#begin(key, retention)
    try {
      const parts = await this.#sendParts(upload, blob)
      await this.#bucket.client.send(
        new CompleteMultipartUploadCommand({
          ...this.#at(upload),
          IfNoneMatch: '*',
          MultipartUpload: { Parts: parts },
        }),
      )
      return 'stored'
    } catch (error) {
      await this.#abort(upload)
      // Gone: the answer to an earlier try may have been lost, and that try have ended it.
      if (isRefusal(error) || s3FailureOf(error) === 'no-upload') return 'refused'
      throw error
    }
  }

  /** Throws away what could not be thrown away before. */
  async abortLeftOver(): Promise<void> {
    for (const upload of this.#leftOver) await this.#abort(upload)
  }

  /** Throws away what dead processes left: uploads of our keys that began before the given time. Says how many. */
  async abortAbandoned(isOurs: (key: string) => boolean, beforeMs: number): Promise<number> {
    const abandoned: Upload[] = []
    for await (const { Key, UploadId, Initiated } of this.#unfinished()) {
      if (Key === undefined || UploadId === undefined || Initiated === undefined) continue
      if (isOurs(Key) && Initiated.getTime() < beforeMs) abandoned.push({ Key, UploadId })
    }
    for (const upload of abandoned) await this.#abort(upload)
    return abandoned.length
  }

  async *#unfinished(): AsyncGenerator<MultipartUpload> {
    const { client, name } = this.#bucket
    let page: ListMultipartUploadsCommandOutput | undefined
    do {
      const after = { KeyMarker: page?.NextKeyMarker, UploadIdMarker: page?.NextUploadIdMarker }
      page = await client.send(new ListMultipartUploadsCommand({ Bucket: name, ...after }))
      yield* page.Uploads ?? []
    } while (page.IsTruncated === true)
  }

  async #begin(key: string, retention?: Retention): Promise<Upload> {
    const command = new CreateMultipartUploadCommand({
      Bucket: this.#bucket.name,
      Key: key,
      ChecksumAlgorithm: 'CRC32',
      ...lockOf(retention),
    })
    const { UploadId } = await this.#bucket.client.send(command)
    if (UploadId === undefined) throw new CasError('CAS_UNAVAILABLE', 'an upload came without its id')
    return { Key: key, UploadId }
  }

  async #sendParts(upload: Upload, blob: StagedBlob): Promise<CompletedPart[]> {
    await using file = await open(blob.path, 'r')
    const parts: CompletedPart[] = []
    for (let offset = 0; offset < blob.storedLength; offset += partLength) {
      const body = await readPart(file, offset, Math.min(partLength, blob.storedLength - offset))
      const PartNumber = parts.length + 1
      const command = new UploadPartCommand({
        ...this.#at(upload),
        PartNumber,
        Body: body,
        ChecksumAlgorithm: 'CRC32',
      })
      const { ETag, ChecksumCRC32 } = await this.#bucket.client.send(command)
      parts.push({ PartNumber, ETag, ChecksumCRC32 })
    }
    return parts
  }

  async #abort(upload: Upload): Promise<void> {
    try {
      await this.#bucket.client.send(new AbortMultipartUploadCommand(this.#at(upload)))
      this.#leftOver.delete(upload)
    } catch (error) {
      if (s3FailureOf(error) === 'no-upload') this.#leftOver.delete(upload)
      else this.#leftOver.add(upload)
    }
  }

  #at(upload: Upload): Upload & { readonly Bucket: string } {
    return { Bucket: this.#bucket.name, ...upload }
  }
}

async function readPart(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position)
  if (bytesRead !== length) throw new CasError('CAS_UNAVAILABLE', 'a staged blob is shorter than it was')
  return buffer
}
