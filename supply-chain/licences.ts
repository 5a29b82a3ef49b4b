import { compareOrdinal } from '../src/lib/ordinal.ts'
import type { Locked } from './lock-file.ts'

/** Licences under which what is shipped may be used by anybody, changed or not, with no more than their notice. */
const shipped = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'])

/** What is only built and tested with may also ask that changes to itself be published. */
const forDevelopment = new Set([...shipped, 'MPL-2.0'])

/** Packages whose licence nobody has agreed to. */
export function licenceFaults(packages: readonly Locked[]): string[] {
  return packages
    .filter(({ license = '', dev }) => !isAllowed(license, dev ? forDevelopment : shipped))
    .map(({ path, version, license = 'no licence', dev }) => {
      const use = dev ? 'what is built with' : 'what is shipped'
      return `${path} ${version}: ${license} is not agreed to for ${use}`
    })
}

/** An SPDX expression of one level: of alternatives one has to be allowed, of a conjunction all. Anything else is not. */
function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const [inner = expression] = expression.match(/(?<=^\()[^()]+(?=\)$)/) ?? []
  if (inner.includes(' OR ')) return inner.split(' OR ').some((licence) => allowed.has(licence))
  return inner.split(' AND ').every((licence) => allowed.has(licence))
}

/** `docs/licences.md`: what is shipped, each with its licence, and what is built with, by licence alone. */
export function licencesPage(packages: readonly Locked[]): string {
  return [
    '# Licences',
    '',
    'Signals is Apache-2.0. This is what it is made of, as `package-lock.json` has it. `npm run guard-rails` refuses a licence that is not agreed to',
    '(`supply-chain/licences.ts`). Written by `npm run reference`.',
    '',
    '## Shipped',
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...rows(packages.filter(({ dev }) => !dev)),
    '',
    '## Built and tested with',
    '',
    '| licence | packages |',
    '|---|---|',
    ...counts(packages.filter(({ dev }) => dev)),
    '',
  ].join('\n')
}

/** A package that stands in several places is one. */
function rows(packages: readonly Locked[]): string[] {
  const written = packages.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`)
  return [...new Set(written)].sort(compareOrdinal)
}

function counts(packages: readonly Locked[]): string[] {
  const byLicence = Map.groupBy(packages, ({ license = 'none' }) => license)
  return [...byLicence]
    .map(([licence, those]) => `| ${licence} | ${new Set(those.map(({ name }) => name)).size} |`)
    .sort(compareOrdinal)
}
