import { destination as destinationOf, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino'
import { answerLines, type LoggedAnswer } from './answer-line.ts'
import { type LineSink, LogOutput } from './log-output.ts'
import { scrubber } from './scrub.ts'

export interface Logger extends PinoLogger {
  /** That a request was answered: the line that there are most of, and that may wait a moment for others. */
  answered(answer: LoggedAnswer): void
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

export interface LoggerOptions {
  readonly level: LogLevel
  readonly version: string
  /** What is taken out of every line, wherever it stands. */
  readonly secrets?: readonly string[]
  /** Standard output when absent. Each line is written to it on its own. */
  readonly destination?: LineSink
}

/** How long the line of an answer may wait for others. */
const answerWaitMs = 100

/** Where a secret or a payload could stand in what is logged, at the top and one level down. */
const secretMembers = [
  'authorization',
  'dpop',
  'cookie',
  'token',
  'accessToken',
  'password',
  'secret',
  'connectionString',
  'body',
  'payload',
  'artifactContentBase64',
]

/** JSON lines on standard output. `error`: someone must act. `warn`: it will heal. `info`: it happened. */
export function createLogger({ level, version, secrets = [], destination }: LoggerOptions): Logger {
  const base = { service: 'signals', version }
  const options = {
    level,
    base,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [...secretMembers.flatMap((name) => [name, `*.${name}`]), 'req.headers.*', 'headers.*'],
      censor: '[redacted]',
    },
  }
  const scrub = scrubber(secrets)
  const output = destination ? new LogOutput({ sink: destination, scrub }) : standardOutput(scrub)
  const logger = pino(options, { write: (line) => output.write(line) })
  const lineOf = answerLines(base)
  return Object.assign(logger, {
    answered: (answer: LoggedAnswer): void => {
      if (logger.isLevelEnabled('info')) output.writeSoon(lineOf(answer))
    },
  })
}

/** Synchronous, and what still waits is written when the process goes, whatever makes it go but a kill. */
function standardOutput(scrub: (lines: string) => string): LogOutput {
  const output = new LogOutput({ sink: destinationOf({ dest: 1, sync: true }), scrub, waitMs: answerWaitMs })
  process.once('exit', () => output.flush())
  return output
}
