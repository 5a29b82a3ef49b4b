import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type GoldenDigests, goldenFile } from '../support/golden-digests.ts'

const script = join(import.meta.dirname, '../support/write-golden.ts')
const golden = JSON.parse(readFileSync(goldenFile, 'utf8')) as GoldenDigests

interface Printed {
  readonly digests: GoldenDigests
  readonly locale: string
  readonly minutesToUtc: number
}

/** A process of its own: time zone and locale are a process's for life. */
async function printed(environment: Readonly<Record<string, string>>): Promise<Printed> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment }
  const child = spawn(process.execPath, [script, '--print'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return JSON.parse(output) as Printed
}

const zones = [
  { TZ: 'UTC', minutesToUtc: 0 },
  { TZ: 'Asia/Kathmandu', minutesToUtc: -345 },
  { TZ: 'America/St_Johns', minutesToUtc: 210 },
]
const languages = [
  { LANG: 'C', locale: 'en-US' },
  { LANG: 'tr_TR.UTF-8', locale: 'tr-TR' },
]

describe.each(zones)('in the time zone $TZ', ({ TZ, minutesToUtc }) => {
  test.each(languages)(
    'and with LANG=$LANG, all fixtures have the digests that are pinned',
    async ({ LANG, locale }) => {
      const { digests, ...environment } = await printed({ TZ, LANG, LC_ALL: LANG })
      expect(environment).toEqual({ locale, minutesToUtc })
      expect(digests).toEqual(golden)
    },
  )
})

test('every graph of a real program has its fact, and files that hold one graph have one fact', () => {
  const files = Object.keys(golden.facts)
  expect(files).toEqual(Object.keys(golden.graphs).filter((file) => /^(go|java|node|python)\//.test(file)))
  const byGraph = Map.groupBy(files, (file) => golden.graphs[file])
  const byFact = Map.groupBy(files, (file) => golden.facts[file])
  expect([...byFact.values()]).toEqual([...byGraph.values()])
  expect(byFact.size).toBe(8)
})
