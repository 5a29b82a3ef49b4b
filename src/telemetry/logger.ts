import { type DestinationStream, destination as destinationOf, type Logger, pino, stdTimeFunctions } from 'pino'
import { scrubber } from './scrub.ts'

export type { Logger } from 'pino'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

export interface LoggerOptions {
  readonly level: LogLevel
  readonly version: string
  /** What is taken out of every line, wherever it stands. */
  readonly secrets?: readonly string[]
  /** Standard output when absent. */
  readonly destination?: DestinationStream
}

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
  const options = {
    level,
    base: { service: 'signals', version },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [...secretMembers.flatMap((name) => [name, `*.${name}`]), 'req.headers.*', 'headers.*'],
      censor: '[redacted]',
    },
  }
  // Synchronous: what is written last, before the process goes, is what one wants to read.
  const output = destination ?? destinationOf({ dest: 1, sync: true })
  const scrub = scrubber(secrets)
  return pino(options, { write: (line) => output.write(scrub(line)) })
}
