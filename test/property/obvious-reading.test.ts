import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEvents } from '../../src/runtime-facts/read-events.ts'
import { readPlainEvent } from '../../src/runtime-facts/read-plain-event.ts'
import { arbitraryBody } from '../support/arbitrary-lines.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { obviousEvents } from '../support/obvious-events.ts'
import { postGraph } from '../support/posted-graph.ts'

const limits = { maxLineBytes: 1024 * 1024, maxDepth: 64 }

test('a body is read as the obvious reader reads it: the same lines kept, the same lines refused, the same trace', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryBody, async (body) => {
      const obvious = obviousEvents(body)
      const kept: string[] = []
      const refused: (number | undefined)[] = []
      for await (const read of readEvents(limits, once(body))) {
        for (const found of read) {
          if ('event' in found) kept.push(found.line ?? JSON.stringify(found.event))
          else refused.push(found.violation.line)
        }
      }
      expect(kept).toEqual(obvious.kept.map((event) => JSON.stringify(event)))
      expect(refused).toEqual(obvious.refused)
    }),
    { numRuns: 3_000 },
  )
})

test('what is read the quick way is what stands there, and there is much of it', async () => {
  let quick = 0
  await fc.assert(
    fc.asyncProperty(arbitraryBody, async (body) => {
      for (const line of body.toString('latin1').split(/\r?\n/)) {
        const bytes = Buffer.from(line, 'latin1')
        const plain = readPlainEvent(bytes)
        if (plain === undefined) continue
        quick += 1
        expect(obviousEvents(bytes)).toEqual({ kept: [JSON.parse(plain.line ?? '')], refused: [] })
      }
    }),
    { numRuns: 1_000 },
  )
  expect(quick).toBeGreaterThan(100)
})

test('a fact of such a body has the digest of the fact that the obvious reader makes of it', async () => {
  await using built = await openApp()
  let bodies = 0
  let compared = 0
  await fc.assert(
    fc.asyncProperty(arbitraryBody, async (body) => {
      bodies += 1
      const { kept } = obviousEvents(body)
      const asked = [`lines-${bodies}`, `obvious-${bodies}`] as const
      const callgraphId = await postGraph(built, {}, { 'x-stella-tenant': asked[0] })
      await postGraph(built, {}, { 'x-stella-tenant': asked[1] })
      const streamed = await post(built, asked[0], {
        url: `/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=s`,
        type: 'application/x-ndjson',
        body,
      })
      const document = JSON.stringify({ subject: { scanId: 's' }, callgraphId, events: kept })
      const obvious = await post(built, asked[1], {
        url: '/signals/runtime-facts',
        type: 'application/json',
        body: Buffer.from(document),
      })
      if (kept.length > 0) compared += 1
      expect(streamed.status).toBe(kept.length === 0 ? 400 : 202)
      expect(streamed).toEqual(obvious)
    }),
    { numRuns: 50 },
  )
  expect(compared).toBeGreaterThan(15)
}, 120_000)

interface Posted {
  readonly url: string
  readonly type: string
  readonly body: Buffer
}

async function post(built: BuiltApp, tenant: string, { url, type, body }: Posted) {
  const headers = { 'x-stella-tenant': tenant, 'content-type': type, prefer: 'wait=30' }
  const answer = await built.ask(url, { body, headers })
  const fact = answer.body['fact'] as { readonly digest: string } | undefined
  return { status: answer.status, ...(fact && { digest: fact.digest }) }
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body
}
