import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { problems } from '../src/problems.ts'
import { licencesPage } from '../supply-chain/licences.ts'
import { readLockFile } from '../supply-chain/lock-file.ts'
import { businessEventsPage, configurationPage, problemsPage, sampleConfiguration } from './reference-pages.ts'

const pages: readonly [string, string][] = [
  ['etc/signals.yaml.sample', sampleConfiguration()],
  ['docs/configuration.md', configurationPage()],
  ['docs/business-events.md', businessEventsPage()],
  ['docs/problems.md', problemsPage(problems)],
  ['docs/licences.md', licencesPage(readLockFile(resolve(import.meta.dirname, '..')))],
]

for (const [path, text] of pages) {
  const file = resolve(import.meta.dirname, '..', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
