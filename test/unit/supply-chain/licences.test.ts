import { expect, test } from 'vitest'
import { licenceFaults, licencesPage } from '../../../supply-chain/licences.ts'
import type { Locked } from '../../../supply-chain/lock-file.ts'

function package_(license: string | undefined, changed: Partial<Locked> = {}): Locked {
  const nothing = { dependencies: {}, devDependencies: {}, optionalDependencies: {} }
  const flags = { link: false, dev: false, hasInstallScript: false }
  const place = { name: 'a', path: 'node_modules/a', version: '1.0.0' }
  return { ...nothing, ...flags, ...place, ...(license !== undefined && { license }), ...changed }
}

test.each(['MIT', 'Apache-2.0', 'ISC', '(MIT OR GPL-3.0-only)', 'GPL-3.0-only OR MIT', 'MIT AND ISC'])(
  'what is shipped may be under %s',
  (license) => {
    expect(licenceFaults([package_(license)])).toEqual([])
  },
)

test.each([
  'GPL-3.0-only',
  'AGPL-3.0-or-later',
  'SSPL-1.0',
  'UNLICENSED',
  'SEE LICENSE IN LICENSE',
  'MPL-2.0',
  'MIT AND GPL-3.0-only',
  '(MIT OR ISC) AND GPL-3.0-only',
  'mit',
  '',
  undefined,
])('what is shipped is refused under %j', (license) => {
  expect(licenceFaults([package_(license)])).toHaveLength(1)
})

test('what is only built with may be under MPL, and no more', () => {
  expect(licenceFaults([package_('MPL-2.0', { dev: true })])).toEqual([])
  expect(licenceFaults([package_('GPL-3.0-only', { dev: true })])).toEqual([
    'node_modules/a 1.0.0: GPL-3.0-only is not agreed to for what is built with',
  ])
})

test('the page lists each shipped package once, and counts what is built with by licence', () => {
  const page = licencesPage([
    package_('MIT'),
    package_('MIT', { path: 'node_modules/b/node_modules/a' }),
    package_('ISC', { version: '2.0.0', path: 'node_modules/c/node_modules/a' }),
    package_('MIT', { name: 'd', dev: true }),
    package_('MIT', { name: 'e', dev: true }),
  ])
  const rows = page.split('\n').filter((line) => /^\| [ade] |^\| MIT/.test(line))
  expect(rows).toEqual(['| a | 1.0.0 | MIT |', '| a | 2.0.0 | ISC |', '| MIT | 2 |'])
})
