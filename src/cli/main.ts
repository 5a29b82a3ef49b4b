import { randomUUID } from 'node:crypto'
import { CommanderError } from 'commander'
import { systemClock } from '../lib/clock.ts'
import { serviceVersion } from '../version.ts'
import { CommandError, exitCodes } from './exit.ts'
import { buildProgram } from './program.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const say = (text: string): void => void process.stderr.write(`${text}\n`)

process.exitCode = await run(process.argv.slice(2))

async function run(args: readonly string[]): Promise<number> {
  const program = buildProgram({ clock: systemClock, newId: randomUUID, version: serviceVersion, print, say })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    // commander has said what is wrong; help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    say(`signals: ${error instanceof Error ? error.message : String(error)}`)
    return error instanceof CommandError ? error.exitCode : exitCodes.failed
  }
}
