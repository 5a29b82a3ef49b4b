import { CreateBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3'

const [endpoint, bucket] = process.argv.slice(2)
if (endpoint === undefined || bucket === undefined) throw new Error('usage: make-bucket ENDPOINT BUCKET')

// Keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as the service's own do.
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
try {
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
} catch (error) {
  const isThere = error instanceof S3ServiceException && error.name === 'BucketAlreadyOwnedByYou'
  if (!isThere) throw error
} finally {
  client.destroy()
}
