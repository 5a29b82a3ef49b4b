import { describe, expect, test } from 'vitest'
import { SealedMode } from '../../../src/auth/sealed-mode.ts'
import { ManualTime } from '../../support/manual-timer.ts'

const minute = 60_000
const hour = 60 * minute

interface Watched {
  readonly sealedMode: SealedMode
  readonly time: ManualTime
  readonly log: { readonly level: string; readonly msg: string }[]
  /** What the file holds, or does. */
  read: () => Promise<Uint8Array>
  reads: number
}

function watched(read: Watched['read']): Watched {
  const time = new ManualTime()
  const log: Watched['log'] = []
  const noted =
    (level: string) =>
    (_members: unknown, msg = String(_members)): void =>
      void log.push({ level, msg })
  const parts: { read: Watched['read']; reads: number } = { read, reads: 0 }
  const sealedMode = new SealedMode({
    read: () => {
      parts.reads += 1
      return parts.read()
    },
    maxEvidenceAgeMs: hour,
    clock: time.clock,
    timer: time.timer,
    logger: { info: noted('info'), warn: noted('warn') },
  })
  return Object.assign(parts, { sealedMode, time, log })
}

function holding(evidence: unknown): Watched['read'] {
  return async () => Buffer.from(typeof evidence === 'string' ? evidence : JSON.stringify(evidence))
}

function evidence(time: ManualTime, ageMs = 0, health: unknown = { egress: 'ok', clock: 'ok' }): object {
  return { observedAt: new Date(time.clock() - ageMs).toISOString(), health }
}

function failing(code: string): Watched['read'] {
  return () => Promise.reject(Object.assign(new Error(code), { code }))
}

describe('evidence', () => {
  const time = new ManualTime()
  const good = JSON.stringify(evidence(time))

  test.each<[string, unknown, string | undefined]>([
    ['made now, with every check ok', evidence(time), undefined],
    ['as old as it may be', evidence(time, hour), undefined],
    ['older by a millisecond', evidence(time, hour + 1), 'tooOld'],
    ['a minute ahead of the clock', evidence(time, -minute), undefined],
    ['further ahead', evidence(time, -minute - 1), 'inTheFuture'],
    ['in another offset', { ...evidence(time), observedAt: '2026-11-20T13:30:00+01:30' }, undefined],
    ['with members that nobody knows', { ...evidence(time), by: 'probe' }, undefined],
    ['with a check that failed', evidence(time, 0, { egress: 'ok', clock: 'failed' }), 'unhealthy'],
    ['with a check that is OK in capitals', evidence(time, 0, { egress: 'OK' }), 'unhealthy'],
    ['with a check that is true', evidence(time, 0, { egress: true }), 'unhealthy'],
    ['without any check', evidence(time, 0, {}), 'malformed'],
    ['with a list of checks', evidence(time, 0, ['ok']), 'malformed'],
    ['without health', { observedAt: new Date(time.clock()).toISOString() }, 'malformed'],
    ['without a time', { health: { egress: 'ok' } }, 'malformed'],
    ['with a time that has no offset', { ...evidence(time), observedAt: '2026-11-20T12:00:00' }, 'malformed'],
    ['with a time in seconds', { ...evidence(time), observedAt: time.clock() / 1_000 }, 'malformed'],
    ['that is empty', '', 'malformed'],
    ['that is no JSON', 'observedAt: now', 'malformed'],
    ['that is cut off', good.slice(0, -1), 'malformed'],
    ['with something behind it', `${good}{}`, 'malformed'],
    ['with a byte order mark', `\uFEFF${good}`, 'malformed'],
    ['that says its health twice', good.replace('{', '{"health":{"egress":"failed"},'), 'malformed'],
    ['that says a check twice', good.replace('"egress"', '"clock":"failed","egress"'), 'malformed'],
    ['nested without end', '['.repeat(60_000), 'malformed'],
    ['with a member that reaches for a prototype', good.replace('{', '{"__proto__":{"health":{}},'), 'malformed'],
  ])('%s', async (_, held, reason) => {
    const { sealedMode } = watched(holding(held))
    const state = await sealedMode.state()
    expect(state.reason).toBe(reason)
    expect(state.evidence).toBe(reason === undefined ? 'valid' : 'invalid')
    expect(await sealedMode.isOpen()).toBe(reason === undefined)
  })

  test('that is no UTF-8 is malformed', async () => {
    const bytes = Buffer.concat([Buffer.from('{"observedAt":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    expect(await watched(async () => bytes).sealedMode.state()).toMatchObject({ reason: 'malformed' })
  })

  test.each([
    ['ENOENT', 'missing'],
    ['EACCES', 'unreadable'],
    ['ELOOP', 'unreadable'],
    ['EISDIR', 'unreadable'],
  ])('whose reading fails with %s is %s', async (code, reason) => {
    expect(await watched(failing(code)).sealedMode.state()).toEqual({ isEnforced: true, evidence: 'invalid', reason })
  })

  test('is refused with the code, and with when to come again', async () => {
    const { sealedMode, time: now } = watched(failing('ENOENT'))
    const refusal = { code: 'SEALED_MODE_EVIDENCE_INVALID' }
    await expect(sealedMode.check()).rejects.toMatchObject({ ...refusal, retryAfterSeconds: 10 })
    now.pass(7_500)
    await expect(sealedMode.check()).rejects.toMatchObject({ ...refusal, retryAfterSeconds: 3 })
  })
})

describe('reading', () => {
  test('is done once for many at once, and again after ten seconds', async () => {
    const watch = watched(() => Promise.reject(new Error('not yet')))
    watch.read = holding(evidence(watch.time))
    await Promise.all(Array.from({ length: 20 }, () => watch.sealedMode.check()))
    watch.time.pass(9_999)
    await watch.sealedMode.check()
    expect(watch.reads).toBe(1)
    watch.time.pass(1)
    await watch.sealedMode.check()
    expect(watch.reads).toBe(2)
  })

  test('finds what is good again after ten seconds, not before', async () => {
    const watch = watched(failing('ENOENT'))
    expect(await watch.sealedMode.isOpen()).toBe(false)
    watch.read = holding(evidence(watch.time))
    watch.time.pass(9_999)
    expect(await watch.sealedMode.isOpen()).toBe(false)
    watch.time.pass(1)
    expect(await watch.sealedMode.isOpen()).toBe(true)
  })

  test('is not needed for evidence to become too old', async () => {
    const watch = watched(failing('ENOENT'))
    watch.read = holding(evidence(watch.time, hour - 5_000))
    expect(await watch.sealedMode.isOpen()).toBe(true)
    watch.time.pass(5_001)
    expect(await watch.sealedMode.state()).toMatchObject({ reason: 'tooOld', observedAt: '2026-11-20T11:00:05.000Z' })
    expect(watch.reads).toBe(1)
  })

  test('is done at once when the clock was put back', async () => {
    const watch = watched(failing('ENOENT'))
    watch.read = holding(evidence(watch.time))
    await watch.sealedMode.check()
    watch.time.pass(-1)
    await watch.sealedMode.check()
    expect(watch.reads).toBe(2)
  })

  test('that hangs closes the door after two seconds, and no second one is begun beside it', async () => {
    const hanging = Promise.withResolvers<Uint8Array>()
    const watch = watched(() => hanging.promise)
    const asked = Promise.all([watch.sealedMode.state(), watch.sealedMode.isOpen()])
    watch.time.pass(2_000)
    expect(await asked).toMatchObject([{ evidence: 'invalid', reason: 'unreadable' }, false])
    watch.time.pass(10_000)
    expect(await watch.sealedMode.isOpen()).toBe(false)
    expect(watch.reads).toBe(1)

    hanging.resolve(Buffer.from('{}'))
    await hanging.promise
    watch.read = holding(evidence(watch.time))
    watch.time.pass(10_000)
    expect(await watch.sealedMode.isOpen()).toBe(true)
    expect(watch.reads).toBe(2)
  })
})

test('the log is told of each change, once', async () => {
  const watch = watched(failing('ENOENT'))
  const ask = async (): Promise<void> => {
    await watch.sealedMode.state()
    await watch.sealedMode.state()
    watch.time.pass(10_000)
  }
  await ask()
  watch.read = holding(evidence(watch.time, 0, { egress: 'failed' }))
  await ask()
  watch.read = holding(evidence(watch.time))
  await ask()
  await ask()
  expect(watch.log.map(({ level }) => level)).toEqual(['warn', 'warn', 'info'])
})
