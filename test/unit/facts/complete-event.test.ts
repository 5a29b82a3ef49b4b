import { beforeEach, describe, expect, test } from 'vitest'
import { FactUpdatedSchema } from '../../../src/events/fact-updated.ts'
import { type CompleteEventDeps, completeEvent } from '../../../src/facts/complete-event.ts'
import type { FactRow } from '../../../src/facts/fact-row.ts'
import { evidenceOf, graphPosted, hitsPosted } from '../../support/folded-fact.ts'
import { Folding, scan1 } from '../../support/folding.ts'

let folding: Folding
let deps: CompleteEventDeps

beforeEach(() => {
  folding = new Folding({ 'cg-1': { edges: ['main>cart', 'cart>total'], entryPoints: ['main'] } })
  deps = { facts: folding.facts, blobs: () => folding.blobs, producer: 'StellaOps.Signals', release: '1.2.3' }
})

async function folded(...evidence: Parameters<Folding['append']>): Promise<FactRow> {
  await folding.append(...evidence)
  await folding.fold()
  return await folding.row()
}

describe('a complete event', () => {
  test('is the envelope that was promised, with the figures of its version', async () => {
    const posted = evidenceOf({ kind: 'callgraph', callgraphId: 'cg-1', targets: ['total'], analysisId: 'analysis-1' })
    const row = await folded(posted)
    const [slim] = row.events
    const event = await completeEvent(deps, row, slim!)
    expect(FactUpdatedSchema.parse(event)).toEqual(event)
    expect(event).toEqual({
      event_id: slim!.id,
      emitted_at: slim!.time,
      tenant: 'acme',
      subject_key: 'scan-1',
      fact_kind: 'reachability',
      fact_version: 1,
      digest: row.fact!.digest,
      content_type: 'application/json',
      producer: 'StellaOps.Signals',
      source: { pipeline: 'signals', release: '1.2.3' },
      trace: { trace_id: '0'.repeat(32), span_id: '0'.repeat(16) },
      summary: {
        ...slim!.figures,
        targets: ['total'],
        analysisIds: ['analysis-1'],
        change: 'verdict',
        computedAt: slim!.time,
      },
    })
  })

  test('is the same however often it is completed', async () => {
    const row = await folded(graphPosted('cg-1', 'total'))
    const [slim] = row.events
    expect(await completeEvent(deps, row, slim!)).toEqual(await completeEvent(deps, row, slim!))
  })

  test('names the targets and figures of the version that it announces, though the row has moved on', async () => {
    await folded(graphPosted('cg-1', 'total'))
    const row = await folded(graphPosted('cg-1', 'cart'), hitsPosted('cg-1', { total: 1 }))
    const events = await Promise.all(row.events.map((slim) => completeEvent(deps, row, slim)))
    expect(events.map(({ fact_version, summary }) => [fact_version, summary.targets, summary.verdict])).toEqual([
      [1, ['total'], 'reachable'],
      [2, ['cart', 'total'], 'observed'],
    ])
  })

  test('has the trace of what caused it, but only a whole one', async () => {
    const row = await folded(graphPosted('cg-1', 'total'))
    const slim = row.events[0]!
    const traceId = 'a'.repeat(32)
    const whole = await completeEvent(deps, row, { ...slim, traceId, spanId: 'b'.repeat(16) })
    expect(whole.trace).toEqual({ trace_id: traceId, span_id: 'b'.repeat(16) })
    expect((await completeEvent(deps, row, { ...slim, traceId })).trace.trace_id).toBe('0'.repeat(32))
  })

  test('of a subject whose row is gone can be completed from the content alone', async () => {
    const row = await folded(graphPosted('cg-1', 'total'))
    const facts = { find: async () => undefined }
    const { summary } = await completeEvent({ ...deps, facts }, row, row.events[0]!)
    expect(summary).toMatchObject({ targets: ['total'], analysisIds: [] })
  })

  test('whose content is gone is not completed', async () => {
    const row = await folded(graphPosted('cg-1', 'total'))
    folding.blobs.blobs.clear()
    await expect(completeEvent(deps, row, row.events[0]!)).rejects.toThrow('nobody put')
  })
})

describe('of many targets', () => {
  const names = Array.from({ length: 3_000 }, (_, number) => `name-${String(number).padStart(4, '0')}`)

  test.each([99, 100, 101, 3_000])('of %d the first 100 are named', async (count) => {
    const row = await folded(graphPosted('cg-1', ...names.slice(0, count)))
    const { summary } = await completeEvent(deps, row, row.events[0]!)
    expect(summary.targets).toEqual(names.slice(0, Math.min(count, 100)))
  })

  test('no more chunks are read than that takes', async () => {
    const row = await folded(graphPosted('cg-1', ...names))
    const chunks = row.ledger.chunked.targets?.chunks ?? []
    const needed = chunks.findIndex((_, position) => {
      return chunks.slice(0, position + 1).reduce((sum, { count }) => sum + count, 0) >= 100
    })
    folding.blobs.takeCounts()
    await completeEvent(deps, row, row.events[0]!)
    // The body, and the chunks that hold the first hundred.
    expect(folding.blobs.takeCounts().reads).toBe(1 + needed + 1)
  })
})

test('an event is completed from the content of its own tenant', async () => {
  const asked: string[] = []
  const row = await folded(graphPosted('cg-1', 'total'))
  const blobs: CompleteEventDeps['blobs'] = (tenant) => {
    asked.push(tenant)
    return folding.blobs
  }
  await completeEvent({ ...deps, blobs }, row, row.events[0]!)
  expect(asked).toEqual([scan1.tenant])
})
