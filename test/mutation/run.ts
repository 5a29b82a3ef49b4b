import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { withFault } from './fault.ts'
import { faults } from './faults.ts'
import { timeRanOut, tryFaults } from './try-faults.ts'

const leastKilled = 0.85

const checkout = resolve(import.meta.dirname, '../..')
const wanted = process.argv.slice(2)
const chosen = faults.filter(
  ({ name, file }) => wanted.length === 0 || wanted.some((text) => `${file} ${name}`.includes(text)),
)
if (chosen.length === 0) throw new TypeError(`no fault is called ${wanted.join(' or ')}`)

// Before anything runs: a list that has rotted is refused whole.
for (const fault of chosen) withFault(fault, readFileSync(join(checkout, fault.file), 'utf8'))

const begin = performance.now()
const lanes = Math.min(2, availableParallelism(), chosen.length)
const ending = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort(new Error(`ended by ${name}`)))
const tell = (line: string): void => void process.stdout.write(`${line}\n`)
const verdicts = await tryFaults({ checkout, faults: chosen, lanes, tell, signal: ending.signal })

const survived = verdicts.filter(({ kind }) => kind === 'survived').map(({ fault }) => fault.name)
const late = verdicts.filter((verdict) => verdict.kind === 'killed' && verdict.by === timeRanOut)
const killed = verdicts.length - survived.length
const seconds = Math.round((performance.now() - begin) / 1000)
process.stdout.write(`${late.length} were killed because time ran out; the run took ${seconds} s\n`)
process.stdout.write(
  `${verdicts.length} faults, ${killed} killed, ${survived.length} survived (${survived.toSorted().join(', ')})\n`,
)
process.exitCode = killed / verdicts.length < leastKilled ? 1 : 0
