import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { sendAcknowledged } from '../../../src/http/acknowledged.ts'

async function answerOf(waitForFact: () => Promise<object | undefined>) {
  await using app = Fastify()
  app.post('/', (request, reply) =>
    sendAcknowledged({ request, reply }, { isReplay: false, receipt: { receiptId: 'r' }, waitForFact }),
  )
  const { statusCode, headers, json } = await app.inject({ method: 'POST', url: '/', headers: { prefer: 'wait=5' } })
  return { status: statusCode, applied: headers['preference-applied'], body: json() as unknown }
}

test('a fact that comes in time is in the answer', async () => {
  const answer = await answerOf(async () => ({ version: 1 }))
  expect(answer).toEqual({ status: 202, applied: 'wait=5', body: { receiptId: 'r', fact: { version: 1 } } })
})

test('what is durable stays acknowledged when the store is gone while its fact is waited for', async () => {
  const answer = await answerOf(() => Promise.reject(new Error('the store is gone')))
  expect(answer).toEqual({ status: 202, applied: 'respond-async', body: { receiptId: 'r' } })
})
