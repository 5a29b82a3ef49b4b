import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { businessEventsPage, configurationPage, problemsPage, sampleConfiguration } from '../../docs/reference-pages.ts'
import { loadConfig } from '../../src/config.ts'
import { problems } from '../../src/problems.ts'
import { licencesPage } from '../../supply-chain/licences.ts'
import { readLockFile } from '../../supply-chain/lock-file.ts'

const root = resolve(import.meta.dirname, '../..')

test.each([
  ['etc/signals.yaml.sample', sampleConfiguration],
  ['docs/configuration.md', configurationPage],
  ['docs/business-events.md', businessEventsPage],
  ['docs/problems.md', () => problemsPage(problems)],
  ['docs/licences.md', () => licencesPage(readLockFile(root))],
])('%s is what `npm run reference` writes today', (path, written) => {
  expect(readFileSync(resolve(root, path), 'utf8')).toBe(written())
})

test('a copy of the sample changes nothing', () => {
  const withSample = loadConfig({ argv: ['--config', 'sample'], env: {}, readFile: sampleConfiguration })
  expect(withSample).toEqual(loadConfig({ argv: [], env: {}, readFile: () => '' }))
})

test('the sample says nothing of what only tests may set', () => {
  expect(Object.keys(parse(sampleConfiguration()))).not.toContain('testing')
  expect(configurationPage()).not.toContain('FAIL_POINTS')
})
