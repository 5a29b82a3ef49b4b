import { S3Client } from '@aws-sdk/client-s3'

/** Plain data, so that worker threads open the same bucket. Keys to it are no part of it: the SDK finds them by itself. */
export interface S3Options {
  /** AWS's own endpoint of the region when absent. */
  readonly endpoint?: string | undefined
  readonly bucket: string
  readonly region: string
  /** The bucket in the path rather than in the host name. When absent: exactly where an endpoint is named. */
  readonly forcePathStyle?: boolean | undefined
  /** How long a server may take to answer, or to go on with a body. */
  readonly timeoutMs: number
  /** How often a request is tried, the first time included. */
  readonly attempts: number
  readonly objectLock: ObjectLock
}

/** What is put cannot be removed or replaced for so many days, if the bucket was made for it. */
export interface ObjectLock {
  readonly mode: 'off' | 'governance' | 'compliance'
  readonly days: number
}

const connectTimeoutMs = 2_000

/**
 * Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else from wherever else the SDK's default chain finds
 * them (a role of the pod or the machine).
 */
export function openS3Client({ endpoint, region, forcePathStyle, timeoutMs, attempts }: S3Options): S3Client {
  return new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    region,
    forcePathStyle: forcePathStyle ?? endpoint !== undefined,
    // Bodies are always whole in memory, so that every request can be sent again.
    maxAttempts: attempts,
    retryMode: 'standard',
    // Asking first costs a new connection for every put, and proxies that know no 100 (Continue) cost seconds.
    expectContinueHeader: false,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    // What is read is verified by its SHA-256 (`Content`): a second, weaker sum would only cost.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: Math.min(connectTimeoutMs, timeoutMs),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeoutMs,
    },
  })
}
