import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { hostileZipFolder, hostileZips, refusalTable } from '../support/hostile-zips/all-hostile-zips.ts'
import { bundleZip } from '../support/made-bundles.ts'
import { expectRefusal } from '../support/refusals.ts'

const url = '/signals/reachability/union'
const headers = { 'content-type': 'application/zip' }

let built: BuiltApp
beforeAll(async () => {
  built = await openApp()
})
afterAll(() => built[Symbol.asyncDispose]())

interface Row {
  readonly archive: string
  readonly status: number
  readonly code: string
  readonly file?: string
  readonly place?: Readonly<Record<string, unknown>>
}

const read = (name: string): Buffer => readFileSync(join(hostileZipFolder, name))
const rows = JSON.parse(read('refusals.json').toString()) as Row[]

describe('the archives in fixtures/hostile/zip (npm run hostile-zips)', () => {
  test('are what the script makes, byte for byte', () => {
    const made = hostileZips.map(({ name, bytes }) => [`${name}.zip`, bytes.toString('base64')] as const)
    const written = made.map(([name]) => [name, read(name).toString('base64')] as const)
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(made))
    expect(read('refusals.json').toString()).toBe(refusalTable())
    expect(readdirSync(hostileZipFolder)).toHaveLength(new Set(made.map(([name]) => name)).size + 1)
  })

  test.each(rows)('$archive is refused with $code, and nothing of it is left', async ({ archive, file, ...row }) => {
    const answer = await expectRefusal(built, { title: archive, ...row }, { url, body: read(archive), headers })
    expect(answer.body['file']).toBe(file)
  })

  test('and the same files in a sound archive are taken in', async () => {
    expect(await built.ask(url, { body: bundleZip(), headers })).toMatchObject({ status: 202 })
    await built.settled()
  })
})
