import { performance } from 'node:perf_hooks'
import { openParts } from './chaos-parts.ts'
import { readOptions } from './options.ts'
import { faultLines, outcomeLine, refusalLine, violationLines } from './report.ts'
import { runChaos } from './run-chaos.ts'

const options = readOptions(process.argv.slice(2))
const begin = performance.now()
const tell = (line: string): void =>
  void process.stdout.write(`${String(Math.round((performance.now() - begin) / 1000)).padStart(4)} s  ${line}\n`)

const ending = Promise.withResolvers<never>()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => ending.reject(new Error(`ended by ${name}`)))
// Of what is awaited only later: an early end must not be an unhandled one.
ending.promise.catch(() => undefined)
const limit = setTimeout(() => ending.reject(new Error('time ran out')), options.minutes * 60_000)

/** Whatever happens, what was started is ended. */
async function run(): Promise<boolean> {
  const opened = new AsyncDisposableStack()
  try {
    const parts = await openParts(options, opened)
    tell(`three replicas on MongoDB, Redis and ${parts.cas.description}`)
    const outcome = await Promise.race([runChaos(options, { parts, opened, tell }), ending.promise])
    const failures = violationLines(outcome)
    const lines = [...faultLines(outcome), refusalLine(outcome), ...failures]
    for (const line of lines) process.stdout.write(`${line}\n`)
    const seconds = Math.round((performance.now() - begin) / 1000)
    process.stdout.write(`${outcomeLine(options, outcome, seconds)}\n`)
    return failures.length === 0
  } catch (error) {
    process.stdout.write(`${String(error)}\nchaos: seed=${options.seed} batches=${options.count} did not end\n`)
    return false
  } finally {
    clearTimeout(limit)
    await opened.disposeAsync()
  }
}

// A client that still insists must not keep the process alive.
process.exit((await run()) ? 0 : 1)
