import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3'
import { CasError } from './cas-errors.ts'
import type { CasObject } from './cas-store.ts'
import { s3FailureOf } from './s3-failure.ts'

/** Until when an object cannot be removed. */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE'
  readonly until: Date
}

/** `refused`: something stands under the name, or is about to. */
export type NewOutcome = 'stored' | 'refused'

export interface ObjectTail {
  readonly storedLength: number
  readonly lastBytes: Buffer
  /** When these bytes were stored. */
  readonly storedMs: number
}

/** The tag that tells when content was last put: the time S3 keeps itself changes only with the bytes. */
export const lastPutTag = 'signals-last-put'

/** The requests that we make of a bucket, in our words. Errors pass as they are: what they mean depends on who asks. */
export class S3Bucket {
  readonly client: S3Client
  readonly name: string

  constructor(client: S3Client, name: string) {
    this.client = client
    this.name = name
  }

  /** Puts what must not replace anything. */
  async putNew(key: string, body: Uint8Array, retention?: Retention): Promise<NewOutcome> {
    try {
      await this.client.send(
        new PutObjectCommand({ ...this.#at(key), Body: body, IfNoneMatch: '*', ...lockOf(retention) }),
      )
      return 'stored'
    } catch (error) {
      if (isRefusal(error)) return 'refused'
      throw error
    }
  }

  async replace(key: string, body: Uint8Array): Promise<void> {
    await this.client.send(new PutObjectCommand({ ...this.#at(key), Body: body }))
  }

  async open(key: string): Promise<CasObject> {
    const output = await this.client.send(new GetObjectCommand(this.#at(key)))
    if (output.ContentLength === undefined) throw new CasError('CAS_UNAVAILABLE', 'an object came without its length')
    return { stored: bodyOf(output), storedLength: output.ContentLength }
  }

  /**
   * How long an object is, and how it ends; undefined when there is none. A range rather than a HEAD, whose 404 has no body
   * and so cannot tell an absent object from an absent bucket.
   */
  async tail(key: string, length: number): Promise<ObjectTail | undefined> {
    try {
      const output = await this.client.send(new GetObjectCommand({ ...this.#at(key), Range: `bytes=-${length}` }))
      const received = await buffer(bodyOf(output))
      const storedMs = output.LastModified?.getTime() ?? 0
      return { storedLength: wholeLength(output, received), lastBytes: received.subarray(-length), storedMs }
    } catch (error) {
      const failure = s3FailureOf(error)
      if (failure === 'absent') return undefined
      if (failure === 'empty') return { storedLength: 0, lastBytes: Buffer.alloc(0), storedMs: 0 }
      throw error
    }
  }

  /** False when there is no such object any more. */
  async renew(key: string, lastPut: string, retention?: Retention): Promise<boolean> {
    const tagging = { TagSet: [{ Key: lastPutTag, Value: lastPut }] }
    try {
      await this.client.send(new PutObjectTaggingCommand({ ...this.#at(key), Tagging: tagging }))
      if (retention) {
        const kept = { Mode: retention.mode, RetainUntilDate: retention.until }
        await this.client.send(new PutObjectRetentionCommand({ ...this.#at(key), Retention: kept }))
      }
      return true
    } catch (error) {
      if (s3FailureOf(error) === 'absent') return false
      throw error
    }
  }

  /** Undefined for what was put once only. */
  async renewedMs(key: string): Promise<number | undefined> {
    const { TagSet = [] } = await this.client.send(new GetObjectTaggingCommand(this.#at(key)))
    const renewed = TagSet.find(({ Key }) => Key === lastPutTag)?.Value
    return renewed === undefined ? undefined : Date.parse(renewed)
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.#at(key)))
  }

  /** Replaces. The server copies up to 5 GB in one request. */
  async copy(from: string, to: string): Promise<void> {
    const source = `${this.name}/${from.split('/').map(encodeURIComponent).join('/')}`
    await this.client.send(new CopyObjectCommand({ ...this.#at(to), CopySource: source }))
  }

  /** What stands before the first slash of any key. */
  async *firstParts(): AsyncGenerator<string> {
    for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: this.name, Delimiter: '/' })) {
      for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix !== undefined) yield Prefix.slice(0, -1)
    }
  }

  /** In the order of UTF-8, which S3 promises of general purpose buckets. */
  async *keysBelow(prefix: string): AsyncGenerator<string> {
    for await (const { key } of this.objectsBelow(prefix)) yield key
  }

  async *objectsBelow(prefix: string): AsyncGenerator<ListedObject> {
    for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: this.name, Prefix: prefix })) {
      for (const { Key: key, Size: storedLength = 0 } of page.Contents ?? []) {
        if (key !== undefined) yield { key, storedLength }
      }
    }
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.name, Key: key }
  }
}

export interface ListedObject {
  readonly key: string
  readonly storedLength: number
}

export function isRefusal(error: unknown): boolean {
  const failure = s3FailureOf(error)
  return failure === 'exists' || failure === 'conflict'
}

export function lockOf(retention: Retention | undefined) {
  return retention ? { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: retention.until } : {}
}

/** In Node the SDK hands out the stream of the socket; its types also know those of browsers. */
function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  if (Body instanceof Readable) return Body
  throw new CasError('CAS_UNAVAILABLE', 'an object came without a body')
}

/** A part of an object says of how many bytes it is one: `bytes 100-123/124`. */
function wholeLength({ ContentRange }: GetObjectCommandOutput, received: Buffer): number {
  const total = /\/(\d+)$/.exec(ContentRange ?? '')?.[1]
  return total === undefined ? received.byteLength : Number(total)
}
