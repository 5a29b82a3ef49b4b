import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommanderError } from 'commander'
import { systemClock } from '../lib/clock.ts'
import { serviceVersion } from '../version.ts'
import { CommandError, exitCodeOf } from './exit.ts'
import { buildProgram } from './program.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const say = (text: string): void => void process.stderr.write(`${text}\n`)
// Back to the first column, and what stood there is wiped: ECMA-48, 8.3.41.
const showProgress = (line: string): void => void process.stderr.write(`\r\u001B[K${line}`)

process.exitCode = await run(process.argv.slice(2))

async function run(args: readonly string[]): Promise<number> {
  const program = buildProgram({
    clock: systemClock,
    newId: randomUUID,
    sleep: (delayMs) => sleep(delayMs),
    version: serviceVersion,
    print,
    say,
    showProgress: process.stderr.isTTY ? showProgress : undefined,
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCodeOf('done')
  } catch (error) {
    // commander has said what is wrong; help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodeOf('done') : exitCodeOf('usage')
    say(`signals: ${error instanceof Error ? error.message : String(error)}`)
    return error instanceof CommandError ? error.exitCode : exitCodeOf('failed')
  }
}
