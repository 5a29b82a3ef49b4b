import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { fileOf, flipByte } from '../support/damage.ts'
import { postGraph } from '../support/posted-graph.ts'
import { type Ended, runSignals } from '../support/run-signals.ts'

let built: BuiltApp
beforeEach(async () => {
  built = await openApp()
  await postGraph(built, { scanId: 'scan-1', target: 'b' })
})
afterEach(() => built[Symbol.asyncDispose]())

/** Beside the service, which still runs. */
function verify(dataDirectory: string, ...args: readonly string[]): Promise<Ended> {
  return runSignals(['verify', ...args], { SIGNALS__DATA_DIRECTORY: dataDirectory })
}

test('says clean, and how much it looked at; of what it finds, one line each', async () => {
  const { dataDirectory, cas } = built.context.config
  const clean = await verify(dataDirectory)
  expect(clean).toMatchObject({ code: 0, stderr: '' })
  expect(clean.stdout).toMatch(/^1 tenant, \d+ blobs, 3 rows, 1 event: clean\n$/)
  await flipByte(await fileOf(cas.directory, 'artifacts'))
  const found = await verify(dataDirectory)
  expect(found.code).toBe(4)
  expect(found.stdout).toMatch(/^error corrupt-blob default cas:\/\/artifacts\/.*\n1 tenant, .*: 1 finding\n$/)
  const lines = (await verify(dataDirectory, '--json', '--quarantine')).stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { kind: 'corrupt-blob', severity: 'error', tenant: 'default', isQuarantined: true },
    { kind: 'missing-blob' },
    { summary: { tenants: 1, findings: 2 } },
  ])
})

test('does not call clean what it cannot look at', async () => {
  const { dataDirectory } = built.context.config
  expect(await verify(join(dataDirectory, 'absent'))).toMatchObject({ code: 66, stdout: '' })
  expect(await verify(dataDirectory, '--config', join(dataDirectory, 'absent.yaml'))).toMatchObject({ code: 66 })
})
