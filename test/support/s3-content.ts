import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3'
import type { CasKey, PutOutcome } from '../../src/cas/cas-store.ts'
import { Content } from '../../src/cas/content.ts'
import { S3CasStore } from '../../src/cas/s3-cas-store.ts'
import type { S3Options } from '../../src/cas/s3-client.ts'
import { Staging } from '../../src/cas/staging.ts'
import type { Clock } from '../../src/lib/clock.ts'

export interface S3Content extends AsyncDisposable {
  readonly store: S3CasStore
  readonly content: Content
  readonly staging: Staging
  put(key: CasKey, bytes: Uint8Array): Promise<PutOutcome>
}

/** A store with a staging directory of its own. */
export async function openS3Content(options: S3Options, clock?: Clock): Promise<S3Content> {
  const directory = await mkdtemp(join(tmpdir(), 's3-staging-'))
  const staging = await Staging.open(directory)
  const store = new S3CasStore(options, clock)
  return {
    store,
    staging,
    content: new Content(store, staging),
    async put(key, bytes) {
      const blob = await staging.stage(bytes, key.key.endsWith('.zst') ? 'zstd' : 'identity')
      try {
        return await store.put(key, blob)
      } finally {
        await blob.discard()
      }
    },
    async [Symbol.asyncDispose]() {
      store.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Uploads in parts that were neither completed nor aborted. */
export async function unfinishedUploads(client: S3Client, bucket: string): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  return Uploads.length
}
