import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { commandRail } from '../../../guard-rails/command-rail.ts'
import { lookAt, type Rail } from '../../../guard-rails/rail.ts'
import { rails } from '../../../guard-rails/rails.ts'
import { reportOf, summaryOf } from '../../../guard-rails/report.ts'
import { licenceRail, lockFileRail } from '../../../guard-rails/supply-chain-rails.ts'
import { temporaryDirectory } from '../../support/service-process.ts'

const root = resolve(import.meta.dirname, '../../..')
const told = { name: 'fences', guards: 'the sheep', mend: 'put the fence up again' }

function finding(...findings: string[]): Rail {
  return { ...told, look: async () => findings }
}

describe('what is told', () => {
  test('of a rail that holds is one line', async () => {
    expect(reportOf(await lookAt(finding(), root))).toMatch(/^✓ fences +\d\.\d s$/)
  })

  test('of one that does not is what it guards, what was found and what to do', async () => {
    const report = reportOf(await lookAt(finding('a hole', 'a gate\nwide open'), root))
    expect(report.split('\n').slice(1)).toEqual([
      '  guards: the sheep',
      '  found:',
      '    a hole',
      '    a gate',
      '    wide open',
      '  do: put the fence up again',
    ])
  })

  test('of very many findings is some, and how many more there are', async () => {
    const report = reportOf(await lookAt(finding(...Array.from({ length: 100 }, (_, n) => `hole ${n}`)), root))
    expect(report).toContain('… and 60 more')
  })

  test('in the end is which failed', async () => {
    const [good, bad] = [await lookAt(finding(), root), await lookAt(finding('a hole'), root)]
    expect(summaryOf([good])).toBe('guard-rails: all 1 hold')
    expect(summaryOf([good, bad])).toBe('guard-rails: 1 of 2 failed: fences')
  })
})

describe('a rail that is a command', () => {
  test('holds when it ends well', async () => {
    expect(await commandRail(told, [process.execPath, '-e', '']).look(root)).toEqual([])
  })

  test('tells what the command wrote when it does not', async () => {
    const script = 'console.log("one"); console.error("two"); process.exit(3)'
    const found = await commandRail(told, [process.execPath, '-e', script]).look(root)
    expect(found).toEqual([expect.stringContaining(process.execPath), 'one', 'two'])
  })

  test('has not held when it is not there', async () => {
    expect(await commandRail(told, ['no-such-program']).look(root)).toHaveLength(2)
  })
})

test('a rail that cannot tell has not held', async () => {
  const broken: Rail = { ...told, look: () => Promise.reject(new Error('no eyes')) }
  expect((await lookAt(broken, root)).findings).toEqual(['could not be looked at: Error: no eyes'])
})

describe('a tree in which something is planted', () => {
  async function plantedTree(file: string, change: (text: string) => string) {
    const tree = await temporaryDirectory()
    for (const part of ['package.json', 'package-lock.json', 'Dockerfile', '.npmrc', 'docs/licences.md']) {
      await cp(join(root, part), join(tree.path, part))
    }
    const path = join(tree.path, file)
    await writeFile(path, change(await readFile(path, 'utf8')))
    return tree
  }

  test.each<[string, Rail, string, (text: string) => string]>([
    ['a floating version', lockFileRail, 'package.json', (text) => text.replace(/"fastify": "/, '"fastify": "^')],
    ['another Node', lockFileRail, 'Dockerfile', (text) => text.replace(/node:24/, 'node:25')],
    ['scripts that may run', lockFileRail, '.npmrc', (text) => text.replace('ignore-scripts=true', '')],
    ['a digest that is gone', lockFileRail, 'package-lock.json', (text) => text.replace(/"integrity": ".*",/, '')],
    ['a lock file that is none', lockFileRail, 'package-lock.json', () => '<<<<<<< HEAD'],
    [
      'a licence nobody agreed to',
      licenceRail,
      'package-lock.json',
      (text) => text.replace('"license": "MIT"', '"license": "SSPL-1.0"'),
    ],
    ['a list that is old', licenceRail, 'docs/licences.md', (text) => text.replace('| fastify |', '| slowify |')],
  ])('%s is found', async (_, rail, file, change) => {
    await using asItIs = await plantedTree(file, (text) => text)
    expect((await lookAt(rail, asItIs.path)).findings).toEqual([])
    await using tree = await plantedTree(file, change)
    expect((await lookAt(rail, tree.path)).findings.length).toBeGreaterThan(0)
  })
})

describe('the command', () => {
  const run = (...names: string[]) =>
    promisify(execFile)(process.execPath, [join(root, 'guard-rails/run.ts'), ...names], { cwd: root })

  test('runs the rails that are named, and ends with 0 when they hold', async () => {
    expect((await run('lock file', 'licences')).stdout).toMatch(/all 2 hold\n$/)
  })

  test('knows its rails', async () => {
    await expect(run('fences')).rejects.toMatchObject({ code: 2 })
  })

  test('is what a change has to pass before all else', () => {
    const ci = readFileSync(join(root, '.ci/run'), 'utf8')
    expect(ci).toMatch(/^npm ci\nnpm run guard-rails$/m)
    expect(rails.map(({ name }) => name).sort()).toEqual([
      'architecture',
      'format',
      'licences',
      'lint',
      'lock file',
      'secrets',
      'types',
    ])
  })
})
