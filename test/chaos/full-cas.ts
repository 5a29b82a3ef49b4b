import { join } from 'node:path'
import { s3Credentials, startVersitygw, versitygwProgram } from '../support/real-parts/versitygw.ts'
import type { CasKind } from './options.ts'
import { openSmallFileSystem, type SmallFileSystem } from './small-file-system.ts'

/** Content-addressed storage that all replicas share, and that has no room for a while. */
export interface FullCas {
  readonly description: string
  readonly env: Readonly<Record<string, string>>
  fill(): Promise<void>
  makeRoom(): Promise<void>
}

export async function openFullCas(kind: CasKind, opened: AsyncDisposableStack): Promise<FullCas> {
  const fileSystem = await openSmallFileSystem()
  if (fileSystem) opened.use(fileSystem)
  if (kind === 'filesystem' && fileSystem) return onFileSystem(fileSystem)
  if (versitygwProgram === undefined) throw new Error('neither a file system can be mounted nor an S3 server started')
  return await onS3(fileSystem, opened)
}

function onFileSystem(fileSystem: SmallFileSystem): FullCas {
  return {
    description: 'a directory that gets full',
    env: { SIGNALS__CAS__DIRECTORY: join(fileSystem.path, 'cas') },
    fill: () => fileSystem.fill(),
    makeRoom: () => fileSystem.makeRoom(),
  }
}

/** Without a file system that can be full, the server fails as a whole. */
async function onS3(fileSystem: SmallFileSystem | undefined, opened: AsyncDisposableStack): Promise<FullCas> {
  const server = opened.use(await startVersitygw({ directory: fileSystem && join(fileSystem.path, 's3') }))
  const { bucket } = await server.newBucket()
  return {
    description: fileSystem ? 'an S3 server that gets full' : 'an S3 server that fails',
    env: {
      ...s3Credentials,
      SIGNALS__CAS__DRIVER: 's3',
      SIGNALS__CAS__S3__ENDPOINT: server.endpoint,
      SIGNALS__CAS__S3__BUCKET: bucket,
      SIGNALS__CAS__S3__ATTEMPTS: '2',
      SIGNALS__CAS__S3__TIMEOUT_MS: '5000',
    },
    fill: () => (fileSystem ? fileSystem.fill() : server.kill()),
    makeRoom: () => (fileSystem ? fileSystem.makeRoom() : server.start()),
  }
}
