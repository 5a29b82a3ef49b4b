import { describe, expect, test } from 'vitest'
import { GaveUp, insist, type Patience } from '../../../src/client/insist.ts'
import { ServiceRefusal, ServiceUnreachable } from '../../../src/client/service-failures.ts'

interface Tried {
  readonly outcome: unknown
  readonly tries: number
  readonly waits: readonly number[]
}

function refusal(status: number, code = 'X', headers: Readonly<Record<string, string>> = {}): ServiceRefusal {
  const text = JSON.stringify({ code, title: 'no', detail: 'not now' })
  return new ServiceRefusal({ url: 'http://there', status, headers: new Headers(headers), text })
}

function broken(code: string): ServiceUnreachable {
  return new ServiceUnreachable('http://there', Object.assign(new Error('broken'), { code }))
}

/** Fails as it is told, in this order, and then says yes. Time goes on only while somebody sleeps; chance gives its most. */
async function trying(failures: readonly Error[], patience: Patience = { patienceMs: 60_000 }): Promise<Tried> {
  const waits: number[] = []
  let tries = 0
  let now = Date.parse('2026-11-20T12:00:00Z')
  const sleep = async (delayMs: number): Promise<void> => {
    waits.push(delayMs)
    now += delayMs
  }
  const deps = { clock: () => now, sleep, onRetry: () => undefined, random: () => 1 }
  const outcome = await insist(deps, patience, async () => {
    const failure = failures[tries]
    tries += 1
    if (failure) throw failure
    return 'yes'
  }).catch((error: unknown) => error)
  return { outcome, tries, waits }
}

describe('what passes is tried again', () => {
  test.each([408, 425, 429, 502, 503, 504])('a %d', async (status) => {
    expect(await trying([refusal(status)])).toMatchObject({ outcome: 'yes', tries: 2 })
  })

  test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])(
    'a connection that fails by %s',
    async (code) => {
      expect(await trying([broken(code)])).toMatchObject({ outcome: 'yes', tries: 2 })
    },
  )

  test('a key that another request still holds', async () => {
    expect(await trying([refusal(409, 'IN_PROGRESS')])).toMatchObject({ outcome: 'yes', tries: 2 })
  })

  test('a graph that is not there yet, for those who say that it may come', async () => {
    const missing = refusal(404, 'CALLGRAPH_NOT_FOUND')
    const patient = { patienceMs: 60_000, passingCodes: ['CALLGRAPH_NOT_FOUND'] }
    expect(await trying([missing], patient)).toMatchObject({ outcome: 'yes', tries: 2 })
    expect(await trying([missing])).toEqual({ outcome: missing, tries: 1, waits: [] })
  })
})

describe('what stays as it is is thrown at once', () => {
  test.each([
    refusal(400),
    refusal(401),
    refusal(404),
    refusal(409, 'ANALYSIS_ID_IN_USE'),
    refusal(422),
    refusal(500),
    broken('ENOTFOUND'),
    broken('CERT_HAS_EXPIRED'),
    new Error('a fault of our own'),
  ])('$message', async (failure) => {
    expect(await trying([failure])).toEqual({ outcome: failure, tries: 1, waits: [] })
  })
})

describe('waiting', () => {
  test('becomes longer from try to try, up to half a minute', async () => {
    const { waits } = await trying(
      Array.from({ length: 8 }, () => refusal(503)),
      { patienceMs: 600_000 },
    )
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })

  test.each([
    ['seconds', '20'],
    ['a date', 'Fri, 20 Nov 2026 12:00:20 GMT'],
  ])('is as long as the service asked for, in %s, and then some', async (_, retryAfter) => {
    expect((await trying([refusal(503, 'X', { 'retry-after': retryAfter })])).waits).toEqual([20_500])
  })

  test('is not begun where it would outlast the patience: given up, with the last failure', async () => {
    const failure = refusal(503, 'X', { 'retry-after': '61' })
    const { outcome, tries, waits } = await trying([refusal(503), failure])
    expect({ tries, waits }).toEqual({ tries: 2, waits: [500] })
    expect(outcome).toBeInstanceOf(GaveUp)
    expect(outcome).toMatchObject({ message: 'given up after 2 tries', cause: failure })
  })
})
