import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import type { Config } from '../../../src/config.ts'
import type { ContentPlace } from './place.ts'
import type { Servers } from './servers.ts'

export const directoryPlace: ContentPlace = {
  settings: {},
  files: async ({ cas }: Config) => await filesBelow(cas.directory),
  clear: async () => undefined,
}

/** A bucket of its own; it goes with its server. */
export async function newS3Place({ endpoint, region }: NonNullable<Servers['s3']>): Promise<ContentPlace> {
  const bucket = `signals-${randomUUID()}`
  const client = new S3Client({ endpoint, region, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return {
    settings: { cas: { driver: 's3', s3: { endpoint, region, bucket } } },
    async files({ dataDirectory }) {
      const staged = await filesBelow(join(dataDirectory, 'staging'))
      const keys = await keysOf(client, bucket)
      return [...keys, ...staged.map((name) => `.staging/${name}`)].sort()
    },
    clear: async () => client.destroy(),
  }
}

async function keysOf(client: S3Client, bucket: string): Promise<string[]> {
  const pages = await Array.fromAsync(paginateListObjectsV2({ client }, { Bucket: bucket }))
  return pages.flatMap(({ Contents = [] }) => Contents.flatMap(({ Key }) => Key ?? []))
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1)).sort()
}
