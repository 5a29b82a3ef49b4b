import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { buildApp } from 'fauxqs'
import type { S3Options } from '../../../src/cas/s3-client.ts'
import { s3Credentials, s3TestOptions } from './versitygw.ts'

/** An S3 server in this process, for machines that cannot build a real one. It replaces whatever the condition says, and lists in an order of its own. */
export interface InProcessS3 extends AsyncDisposable {
  newBucket(): Promise<S3Options>
}

export async function startInProcessS3(): Promise<InProcessS3> {
  // Its own start would listen on every address of the machine.
  const server = buildApp({ logger: false })
  const endpoint = await server.listen({ host: '127.0.0.1', port: 0 })
  const [accessKeyId, secretAccessKey] = [s3Credentials.AWS_ACCESS_KEY_ID, s3Credentials.AWS_SECRET_ACCESS_KEY]
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region: s3TestOptions.region, forcePathStyle: true, credentials })
  let buckets = 0
  return {
    async newBucket() {
      buckets += 1
      const bucket = `signals-${buckets}`
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      return { ...s3TestOptions, endpoint, bucket }
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await server.close()
    },
  }
}
