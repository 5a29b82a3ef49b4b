import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openApp } from '../support/build-app.ts'
import { postGraph } from '../support/posted-graph.ts'

const launcher = join(import.meta.dirname, '../../bin/signals')

function signals(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(launcher, [...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out: stdout + stderr }),
    )
  })
}

test('a subject and then its tenant are erased from the command line, each behind its plan', async () => {
  await using built = await openApp()
  await postGraph(built, { scanId: 'nightly-42', target: 'b' })
  const { url } = await built.listen()
  for (const named of [
    ['subjects', 'delete', 'nightly-42'],
    ['tenants', 'delete', 'default'],
  ]) {
    const planned = await signals(...named, '--url', url)
    expect(planned).toMatchObject({ code: 0, out: expect.stringContaining('nothing is erased yet') })
    const digest = /--confirm (\S+)/.exec(planned.out)?.[1] ?? ''
    expect(await signals(...named, '--url', url, '--confirm', digest)).toMatchObject({ code: 0, out: /^erased/ })
  }
  expect((await built.ask('/signals/facts/nightly-42')).status).toBe(404)
  expect((await signals('subjects', 'delete', 'nightly-42', '--url', url)).out).toContain('NOTHING_TO_ERASE')
  const other = await signals('tenants', 'delete', 'other', '--url', url)
  expect(other.out).toContain('TENANT_MISMATCH')
})
