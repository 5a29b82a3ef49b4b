import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Options } from '../../../src/cas/s3-client.ts'
import { freePort } from './free-port.ts'
import { findGoBinary } from './go-binary.ts'
import { type PartProcess, startPartProcess } from './part-process.ts'

/** Undefined where there is none: the tests that need it are then skipped, and in CI fail. */
export const versitygwProgram = await findGoBinary({
  name: 'versitygw',
  package: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
})

export interface S3Credentials {
  readonly AWS_ACCESS_KEY_ID: string
  readonly AWS_SECRET_ACCESS_KEY: string
}

/** What the SDK's environment provider reads; the gateway is started with the same pair. */
export const s3Credentials = {
  AWS_ACCESS_KEY_ID: 'signals-tests',
  AWS_SECRET_ACCESS_KEY: 'signals-tests-secret',
} as const satisfies S3Credentials

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string
  /** A file in it is an object of the bucket that its first directory names. */
  readonly dataDirectory: string
  /** For looking behind the store's back. */
  readonly client: S3Client
  /** Makes a bucket of its own. */
  newBucket(options?: { readonly hasObjectLock: boolean }): Promise<S3Options>
  kill(): Promise<void>
  /** After a kill: on the same data and port. */
  start(): Promise<void>
  /** Stops answering without ending a connection, until it goes on. */
  suspend(): void
  resume(): void
}

export interface S3ServerOptions {
  readonly credentials?: S3Credentials
  /** A temporary one when absent; it is gone with the server. */
  readonly directory?: string | undefined
}

/** A gateway that speaks S3 in front of a directory of its own, on loopback. */
export async function startVersitygw(asked: S3ServerOptions = {}): Promise<S3Server> {
  const { credentials = s3Credentials, directory = await mkdtemp(join(tmpdir(), 'versitygw-')) } = asked
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const start = async (): Promise<PartProcess> => {
    const args = await argumentsOf(directory, port, credentials)
    return await startPartProcess(versitygwProgram ?? 'versitygw', args, (line) => line.includes(endpoint))
  }
  let running = await start()
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
    },
  })
  let buckets = 0
  return {
    endpoint,
    dataDirectory: join(directory, 'data'),
    client,
    async newBucket({ hasObjectLock } = { hasObjectLock: false }) {
      buckets += 1
      const bucket = `signals-${buckets}`
      await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: hasObjectLock }))
      return { ...s3TestOptions, endpoint, bucket }
    },
    kill: () => running.kill('SIGKILL'),
    async start() {
      running = await start()
    },
    suspend: () => void process.kill(running.pid, 'SIGSTOP'),
    resume: () => void process.kill(running.pid, 'SIGCONT'),
    async [Symbol.asyncDispose]() {
      client.destroy()
      await running.kill('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Of a client that gives up soon. */
export const s3TestOptions = {
  region: 'us-east-1',
  forcePathStyle: true,
  timeoutMs: 5_000,
  attempts: 2,
  objectLock: { mode: 'off', days: 1 },
} as const

async function argumentsOf(directory: string, port: number, credentials: S3Credentials): Promise<string[]> {
  const [data = '', sidecar = '', versions = ''] = ['data', 'sidecar', 'versions'].map((name) => join(directory, name))
  for (const path of [data, sidecar, versions]) await mkdir(path, { recursive: true })
  const keys = ['--access', credentials.AWS_ACCESS_KEY_ID, '--secret', credentials.AWS_SECRET_ACCESS_KEY]
  const gateway = ['--port', `127.0.0.1:${port}`, '--keep-alive', ...keys]
  return [...gateway, 'posix', '--sidecar', sidecar, '--versioning-dir', versions, data]
}
