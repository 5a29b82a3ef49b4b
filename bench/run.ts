import { parseArgs } from 'node:util'
import { measureRows } from './measure-rows.ts'
import { soakJson, soakLines } from './soak/report-soak.ts'
import { soak } from './soak/soak.ts'

const { values: asked, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
  },
})

const isGood = names[0] === 'soak' ? await runSoak() : await measureRows({ ...asked, names })
if (!isGood) process.exitCode = 1

/** By itself: it takes longer than all rows together. */
async function runSoak(): Promise<boolean> {
  const verdict = await soak(Number(asked.minutes))
  for (const line of asked.json ? [soakJson(verdict)] : soakLines(verdict)) process.stdout.write(`${line}\n`)
  return verdict.missed.length === 0
}
