import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, vi } from 'vitest'
import { S3CasStore } from '../../src/cas/s3-cas-store.ts'
import { Staging } from '../../src/cas/staging.ts'
import { keepsCasStoreContract } from '../contract/cas-store.ts'
import { type S3Server, s3Credentials, startVersitygw, versitygwProgram } from '../support/real-parts/versitygw.ts'

describe.skipIf(versitygwProgram === undefined)('on a real gateway', () => {
  let server: S3Server
  beforeAll(async () => {
    for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value)
    server = await startVersitygw()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    vi.unstubAllEnvs()
  })

  keepsCasStoreContract('S3CasStore', async () => {
    const directory = await mkdtemp(join(tmpdir(), 's3-staging-'))
    const store = new S3CasStore(await server.newBucket())
    return {
      store,
      staging: await Staging.open(directory),
      close: async () => {
        store.close()
        await rm(directory, { recursive: true })
      },
    }
  })
})
