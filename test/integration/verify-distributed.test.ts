import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ToldFinding, verifyStore } from '../../src/integrity/verify-store.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { bundleZip } from '../support/made-bundles.ts'
import { openAppsIn } from '../support/modes/place.ts'
import { postGraph } from '../support/posted-graph.ts'
import { type Mongod, mongodProgram, startMongod } from '../support/real-parts/mongod.ts'
import { type S3Server, s3Credentials, startVersitygw, versitygwProgram } from '../support/real-parts/versitygw.ts'
import { tenantNamed } from '../support/store-values.ts'

describe.skipIf(!(mongodProgram && versitygwProgram))('with MongoDB and a bucket', () => {
  let mongo: Mongod
  let s3: S3Server
  let built: BuiltApp
  beforeAll(async () => {
    Object.assign(process.env, s3Credentials)
    ;[mongo, s3] = await Promise.all([startMongod('a standalone server'), startVersitygw()])
    openAppsIn({
      mode: { store: 'mongo', bus: 'in-process', cas: 's3' },
      servers: {
        mongo: { connectionString: mongo.connectionString },
        s3: { endpoint: s3.endpoint, region: 'us-east-1' },
      },
    })
    built = await openApp()
  })
  afterAll(async () => {
    await built?.[Symbol.asyncDispose]()
    await Promise.all([mongo?.close(), s3?.[Symbol.asyncDispose]()])
  })

  const verify = async (quarantine = false): Promise<ToldFinding[]> => {
    const told: ToldFinding[] = []
    await verifyStore(built.context.stores, { quarantine, onFinding: (one) => void told.push(one) })
    return told
  }

  test('what is stored is clean, what is lost or corrupt is found, and comes back when it is posted again', async () => {
    const post = () => postGraph(built, { scanId: 'scan-1', target: 'b' })
    const callgraphId = await post()
    const headers = { 'content-type': 'application/zip', 'x-analysis-id': 'scan-0001', prefer: 'wait=30' }
    expect((await built.ask('/signals/reachability/union', { body: bundleZip(), headers })).status).toBe(202)
    await built.settled()
    expect(await verify()).toEqual([])

    const { cas, content, callgraphs } = built.context.stores
    const record = (await callgraphs.list(tenantNamed('default'), { component: 'shop' }, undefined, 1))[0]
    expect(record?.callgraphId).toBe(callgraphId)
    const [artifact] = (await Array.fromAsync(cas.list(record!.tenant, 'artifacts'))).filter(({ key }) =>
      record!.artifactCasUri.endsWith(key),
    )
    await cas.remove(artifact!)
    expect(await verify()).toMatchObject([{ kind: 'missing-blob', where: `callgraphs/${callgraphId}` }])
    // Sound in itself, but not what the key says.
    const other = await content.staging.stage(Buffer.from('other'), 'zstd')
    await cas.put(artifact!, other)
    await other.discard()
    expect(await verify()).toMatchObject([{ kind: 'corrupt-blob', where: record!.artifactCasUri }])
    expect(await verify(true)).toMatchObject([{ kind: 'corrupt-blob', isQuarantined: true }, { kind: 'missing-blob' }])
    await post()
    await built.settled()
    expect(await verify()).toEqual([])
  })
})
