import fc from 'fast-check'
import { pino, stdTimeFunctions } from 'pino'
import { expect, test, vi } from 'vitest'
import { answerLines, type LoggedAnswer } from '../../../src/telemetry/answer-line.ts'

const base = { service: 'signals', version: '1.2.3' }

/** The same line as pino makes it of an object. */
function linesOfPino(): { lines: string[]; tell: (answer: LoggedAnswer) => void } {
  const lines: string[] = []
  const options = { base, timestamp: stdTimeFunctions.isoTime, formatters: { level: (level: string) => ({ level }) } }
  const logger = pino(options, { write: (line) => void lines.push(line) })
  const tell = ({ correlationId, statusCode, responseTime, ...req }: LoggedAnswer): void =>
    logger.child({ correlationId }).info({ req, res: { statusCode }, responseTime }, 'request completed')
  return { lines, tell }
}

const text = fc.string({ unit: 'binary' })
const answers: fc.Arbitrary<LoggedAnswer> = fc.record({
  correlationId: text,
  method: text,
  url: text,
  version: fc.option(text, { nil: undefined }),
  host: fc.option(text, { nil: undefined }),
  remoteAddress: fc.option(fc.ipV6(), { nil: undefined }),
  remotePort: fc.option(fc.nat(65_535), { nil: undefined }),
  statusCode: fc.integer({ min: 100, max: 599 }),
  responseTime: fc.double({ min: 0, max: 1e6, noNaN: true }),
})

test('the line of an answer is byte for byte that of the library, but for its time', () => {
  const withoutTime = (line: string | undefined): string | undefined => line?.replace(/"time":"[^"]+"/, '')
  const lineOf = answerLines(base)
  fc.assert(
    fc.property(answers, (answer) => {
      const { lines, tell } = linesOfPino()
      tell(answer)
      expect(withoutTime(lineOf(answer))).toBe(withoutTime(lines[0]))
    }),
  )
})

const answer: LoggedAnswer = {
  correlationId: 'one',
  method: 'GET',
  url: '/',
  version: undefined,
  host: 'here',
  remoteAddress: '::1',
  remotePort: 1,
  statusCode: 200,
  responseTime: 1,
}

test('its time is when it was written', () => {
  const lineOf = answerLines(base)
  vi.useFakeTimers()
  const times = ['2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.007Z']
  const written = times.map((time) => {
    vi.setSystemTime(time)
    return lineOf(answer)
  })
  vi.useRealTimers()
  expect(written.map((line) => /"time":"([^"]+)"/.exec(line)?.[1])).toEqual(times)
})
