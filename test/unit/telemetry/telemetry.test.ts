import { describe, expect, test } from 'vitest'
import { businessEvents, businessLog } from '../../../src/telemetry/business-events.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

function recording(level: 'debug' | 'info' | 'error' = 'info') {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) }
  return { lines, logger: createLogger({ level, version: '1.2.3', destination }) }
}

describe('the logger', () => {
  test('writes JSON with service, version, level by name and an RFC 3339 time', () => {
    const { lines, logger } = recording()
    logger.info({ nodeCount: 3 }, 'callgraph ingested')
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
        service: 'signals',
        version: '1.2.3',
        nodeCount: 3,
        msg: 'callgraph ingested',
      },
    ])
  })

  test('never writes a token or a payload', () => {
    const { lines, logger } = recording()
    const secret = 'hunter2'
    logger.info({ authorization: secret, token: secret, body: secret, artifactContentBase64: secret }, 'top')
    logger.info(
      { request: { password: secret, payload: secret }, headers: { authorization: secret, dpop: secret } },
      'below',
    )
    logger.info({ req: { headers: { 'x-anything': secret } } }, 'of a request')
    expect(lines).toHaveLength(3)
    expect(JSON.stringify(lines)).not.toContain(secret)
  })

  test('leaves out what is below its level', () => {
    const { lines, logger } = recording('error')
    logger.info('quiet')
    logger.error('loud')
    expect(lines.map(({ msg }) => msg)).toEqual(['loud'])
  })
})

describe('business events', () => {
  test('are one line each, named, with their members', () => {
    const { lines, logger } = recording()
    businessLog(logger).eventRelayed({ tenant: 'acme', subjectKey: 's', eventId: 'e', factVersion: 2 })
    expect(lines[0]).toMatchObject({ event: 'signals.event.relayed', tenant: 'acme', factVersion: 2, level: 'info' })
  })

  test('each registered one has a function that writes it, under a name of its own', () => {
    const { lines, logger } = recording()
    const log = businessLog(logger)
    for (const [name, { members }] of Object.entries(businessEvents)) {
      const write: unknown = Reflect.get(log, name)
      expect(write).toBeTypeOf('function')
      Reflect.apply(write as () => void, undefined, [Object.fromEntries(members.map((member) => [member, 1]))])
    }
    const names = Object.values(businessEvents).map(({ event }) => event)
    expect(lines.map(({ event }) => event)).toEqual(names)
    expect(new Set(names).size).toBe(names.length)
  })
})
