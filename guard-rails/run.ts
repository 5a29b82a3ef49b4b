import { join } from 'node:path'
import { lookAt } from './rail.ts'
import { rails } from './rails.ts'
import { reportOf, summaryOf } from './report.ts'

/** `npm run guard-rails`, or only those that are named: `npm run guard-rails -- secrets types`. */
const named = process.argv.slice(2)
const unknown = named.filter((name) => !rails.some((rail) => rail.name === name))
if (unknown.length > 0) {
  console.error(`there is no rail ${unknown.join(', ')}; there are ${rails.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const chosen = named.length === 0 ? rails : rails.filter(({ name }) => named.includes(name))
const looked = []
for (const rail of chosen) {
  const outcome = await lookAt(rail, join(import.meta.dirname, '..'))
  console.log(reportOf(outcome))
  looked.push(outcome)
}
console.log(summaryOf(looked))
process.exitCode = looked.every(({ findings }) => findings.length === 0) ? 0 : 1
