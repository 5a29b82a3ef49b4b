import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { DemoRow } from '../../src/demo/rows.ts'

const root = join(import.meta.dirname, '../..')

async function json<Value>(file: string): Promise<Value> {
  return JSON.parse(await readFile(join(root, file), 'utf8'))
}

interface Counted {
  readonly paths: Record<string, { hops: number | null; path: string[] }>
  readonly pathsFromMainAndInit?: Record<string, { hops: number | null; path: string[] }>
}

/** Which independently counted file speaks of which subject of the demo. */
const countedFiles: Readonly<Record<string, string>> = {
  'plexus-classworlds|2.6.0': 'java/plexus-classworlds/expected.json',
  'spring-boot-loader|2.2.13.RELEASE': 'java/spring-boot-loader/expected.json',
  'semver|7.5.4': 'node/semver/expected.json',
  'autopep8|2.0.4': 'python/autopep8/expected.json',
  'tomljson|2.4.3': 'go/tomljson/expected.json',
  'tomljson-whole-program|2.4.3': 'go/tomljson/expected.cha.json',
}

test('the demo prints the reviewed rows', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'src/demo/main.ts'), '--json'])
  expect(JSON.parse(stdout)).toEqual(await json('fixtures/demo/expected.json'))
})

test('the reviewed rows show every bucket and every verdict, and each language running', async () => {
  const rows = await json<DemoRow[]>('fixtures/demo/expected.json')
  const shown = (member: 'bucket' | 'verdict') => [...new Set(rows.map((row) => row[member]))].sort()
  expect(shown('bucket')).toEqual(['direct', 'entrypoint', 'runtime', 'unknown', 'unreachable'])
  expect(shown('verdict')).toEqual(['observed', 'reachable', 'unknown', 'unreachable'])
  const running = new Set(rows.filter(({ seen }) => seen > 0).map(({ subject }) => subject))
  expect([...running].sort()).toEqual(Object.keys(countedFiles).sort())
})

test('where a path of a reviewed row was counted independently, the two agree', async () => {
  const rows = await json<DemoRow[]>('fixtures/demo/expected.json')
  let compared = 0
  for (const { subject, target, path } of rows) {
    const counted = await json<Counted>(`fixtures/real/${countedFiles[subject]}`)
    const known = (counted.pathsFromMainAndInit ?? counted.paths)[target]
    if (!known) continue
    compared += 1
    expect(path, target).toEqual(known.path)
  }
  expect(compared).toBeGreaterThanOrEqual(12)
})
