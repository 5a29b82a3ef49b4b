import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CasKey } from '../../src/cas/cas-store.ts'
import { keepsCasStoreContract } from '../contract/cas-store.ts'
import { type InProcessS3, startInProcessS3 } from '../support/real-parts/fauxqs.ts'
import { s3Credentials } from '../support/real-parts/versitygw.ts'
import { openS3Content } from '../support/s3-content.ts'
import { tenantOf } from '../unit/cas/in-temporary-directory.ts'

process.stderr.write(
  'the S3 server in this process ignores conditions and lists in an order of its own: both are tried on the gateway only\n',
)

describe('on a server in this process', () => {
  let server: InProcessS3
  beforeAll(async () => {
    for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value)
    server = await startInProcessS3()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    vi.unstubAllEnvs()
  })

  keepsCasStoreContract(
    'S3CasStore',
    async () => {
      const s3 = await openS3Content(await server.newBucket())
      return { store: s3.store, staging: s3.staging, close: async () => await s3[Symbol.asyncDispose]() }
    },
    { refusesToReplace: false, listsInOrder: false, tellsTags: false },
  )

  test('content in parts comes back as it was', async () => {
    await using s3 = await openS3Content(await server.newBucket())
    const key: CasKey = { tenant: tenantOf('acme'), namespace: 'artifacts', key: 'long' }
    const long = randomBytes(18 * 1024 * 1024 + 1)
    expect(await s3.put(key, long)).toBe('stored')
    expect((await s3.content.readNamed(key)).equals(long)).toBe(true)
  })

  test('it is not taken for a store, since it would replace content', async () => {
    await using s3 = await openS3Content(await server.newBucket())
    await expect(s3.store.check()).rejects.toThrow('ignores If-None-Match')
  })
})
