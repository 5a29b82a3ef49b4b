import { expect, test } from 'vitest'
import { readFact } from '../support/evidence-client.ts'
import { bundleZip, shopFacts, untimedFacts } from '../support/made-bundles.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

/** Undefined when the service died before it answered. */
async function post({ url }: ServiceProcess, id: string, facts: string, wait = false): Promise<Response | undefined> {
  const meta = { subject: { scanId: id } }
  return await fetch(`${url}/signals/reachability/union`, {
    method: 'POST',
    headers: { 'content-type': 'application/zip', 'x-analysis-id': id, ...(wait && { prefer: 'wait=30' }) },
    body: new Uint8Array(bundleZip({ facts, meta })),
  }).catch(() => undefined)
}

test.each([
  ['behind the batch whose key is its content', 'crashed-1', shopFacts, { 'sym:cart': 3, 'sym:total': 2 }],
  ['behind the batch that has a key', 'crashed-2', untimedFacts, { 'sym:cart': 3 }],
  ['behind the graph, where there is no batch', 'crashed-3', '', {}],
])('a service that dies %s ends the bundle when it is sent again', async (_title, id, facts, hits) => {
  await using directory = await temporaryDirectory()
  const dying = await startServiceProcess(directory.path, { SIGNALS__TESTING__FAIL_POINTS: 'after-append' })
  expect(await post(dying, id, facts)).toBeUndefined()
  expect((await dying.exited).signal).toBe('SIGKILL')

  const service = await startServiceProcess(directory.path)
  const file = `${service.url}/signals/reachability/union/${id}/files/edges.ndjson`
  expect((await fetch(file)).status).toBe(404)
  expect((await post(service, id, facts, true))?.ok).toBe(true)
  expect((await post(service, id, facts))?.status).toBe(200)
  expect((await fetch(file)).status).toBe(200)
  await expectFact(service, id, hits)
  await service.kill('SIGTERM')
})

async function expectFact(service: ServiceProcess, id: string, hits: Readonly<Record<string, number>>): Promise<void> {
  // What is posted and awaited now is folded with all that came before.
  const another = `${id}-again`
  await fetch(`${service.url}/signals/reachability/recompute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
    body: JSON.stringify({ subject: { scanId: id }, targets: ['sym:main'], metadata: { note: another } }),
  })
  expect((await readFact(service.url, id)).hits).toEqual(hits)
}

test('a bundle that was acknowledged survives the death of the service', async () => {
  await using directory = await temporaryDirectory()
  const first = await startServiceProcess(directory.path)
  expect((await post(first, 'durable-1', shopFacts))?.status).toBe(202)
  await first.kill('SIGKILL')
  const second = await startServiceProcess(directory.path)
  const meta = await fetch(`${second.url}/signals/reachability/union/durable-1/meta`)
  expect(meta.status).toBe(200)
  expect((await post(second, 'durable-1', shopFacts))?.status).toBe(200)
  await expectFact(second, 'durable-1', { 'sym:cart': 3, 'sym:total': 2 })
  await second.kill('SIGTERM')
})
