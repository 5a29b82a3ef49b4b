import { writeFileSync } from 'node:fs'
import { computeGoldenDigests, goldenFile } from './golden-digests.ts'

// `npm run golden` pins the digests of the fixtures. Legitimate when fixtures were added, or when an ADR changes what a digest
// covers, under a new schema version: digests that are stored by clients and in CAS keys would otherwise change under them.
// A difference that nobody meant is a bug, and this script must not hide it.

const digests = await computeGoldenDigests()
if (process.argv.includes('--print')) {
  const { locale } = new Intl.DateTimeFormat().resolvedOptions()
  const minutesToUtc = new Date('2026-11-20T12:00:00Z').getTimezoneOffset()
  console.log(JSON.stringify({ digests, locale, minutesToUtc }))
} else {
  writeFileSync(goldenFile, `${JSON.stringify(digests, null, 2)}\n`)
}
