import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EvidenceClient, postSmallGraph, readFact } from '../support/evidence-client.ts'
import { type S3Server, s3Credentials, startVersitygw, versitygwProgram } from '../support/real-parts/versitygw.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

describe.skipIf(versitygwProgram === undefined)('the service with content in a bucket', () => {
  let server: S3Server
  beforeAll(async () => {
    server = await startVersitygw()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function startOnBucket(dataDirectory: string, bucket: string): Promise<ServiceProcess> {
    return await startServiceProcess(dataDirectory, {
      ...s3Credentials,
      SIGNALS__CAS__DRIVER: 's3',
      SIGNALS__CAS__S3__ENDPOINT: server.endpoint,
      SIGNALS__CAS__S3__BUCKET: bucket,
      SIGNALS__CAS__S3__FORCE_PATH_STYLE: 'true',
      SIGNALS__CAS__S3__TIMEOUT_MS: '2000',
      SIGNALS__CAS__S3__ATTEMPTS: '2',
    })
  }

  test('ingests, folds and answers as on a directory, and finds everything again after a kill', async () => {
    await using directory = await temporaryDirectory()
    const { bucket } = await server.newBucket()
    const service = await startOnBucket(directory.path, bucket)
    const { callgraphId } = await postSmallGraph(service.url, 'scan-1')
    const client = new EvidenceClient({ callgraphId, subject: 'scan-1' })
    expect(await client.post(service.url, { key: 'k1', symbols: ['a', 'b'], isAwaited: true })).toBe(true)
    const fact = await readFact(service.url, 'scan-1')
    expect(fact.hits).toEqual({ a: 1, b: 1 })
    await service.kill()

    const again = await startOnBucket(directory.path, bucket)
    try {
      expect((await readFact(again.url, 'scan-1')).text).toBe(fact.text)
      const archive = await fetch(`${again.url}/signals/callgraphs/${callgraphId}/graph`)
      expect((await archive.text()).split('\n').filter((line) => line.includes('"record":"node"'))).toHaveLength(4)
      const ready = await (await fetch(`${again.url}/readyz`)).json()
      expect(ready).toMatchObject({ status: 'ready', dependencies: { cas: { state: 'up' } } })
      expect(await (await fetch(`${again.url}/status`)).json()).toMatchObject({ backends: { cas: 's3' } })
    } finally {
      await again.kill()
    }
  })

  test('starts without the server, refuses what it cannot keep, and needs no restart when it comes back', async () => {
    await using directory = await temporaryDirectory()
    const { bucket } = await server.newBucket()
    await server.kill()
    const service = await startOnBucket(directory.path, bucket)
    try {
      expect(await (await fetch(`${service.url}/readyz`)).json()).toMatchObject({
        status: 'degraded',
        dependencies: { cas: { state: 'down' } },
      })
      await expect(postSmallGraph(service.url, 'scan-1')).rejects.toThrow(/503.*CAS_UNAVAILABLE/)
      await server.start()
      expect((await postSmallGraph(service.url, 'scan-1')).status).toBe('created')
      expect(await (await fetch(`${service.url}/readyz`)).json()).toMatchObject({ status: 'ready' })
    } finally {
      await service.kill()
    }
  })

  test('ends when it is told to, with connections to the bucket still open', async () => {
    await using directory = await temporaryDirectory()
    const service = await startOnBucket(directory.path, (await server.newBucket()).bucket)
    await postSmallGraph(service.url, 'scan-1')
    await service.kill('SIGTERM')
    expect(await service.exited).toEqual({ code: 0, signal: null })
  })
})
