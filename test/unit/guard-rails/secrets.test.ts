import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { secretRail } from '../../../guard-rails/secrets.ts'
import { generateKey } from '../../../src/auth/signing-key.ts'
import { temporaryDirectory } from '../../support/service-process.ts'

let tree: Awaited<ReturnType<typeof temporaryDirectory>>
beforeEach(async () => {
  tree = await temporaryDirectory()
  await plant('.gitignore', 'node_modules/\ndata/\n*.log\n')
})
afterEach(() => tree[Symbol.asyncDispose]())

async function plant(file: string, content: string): Promise<void> {
  const path = join(tree.path, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

const look = (): Promise<readonly string[]> => secretRail.look(tree.path)

/** Put together here, so that this file holds none of them. */
const letters = (count: number): string => randomBytes(count).toString('hex').slice(0, count)
const planted: readonly [string, string][] = [
  [
    'a private key',
    `-----BEGIN ${'PRIVATE'} KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0B\n'.repeat(30)}-----END ${'PRIVATE'} KEY-----`,
  ],
  ['a token of a code host', `ghp_${`${letters(36)}`}`],
  ['a key of a chat', `${'xoxb'}-123456789012-1234567890123-${letters(24)}`],
  ['a password of a database', `mongodb://admin:${letters(12)}@db.internal.corp:27017/signals`],
  ['a password in an address', `https://admin:${letters(12)}@internal.corp/`],
  ['keys of a bucket', `AWS_SECRET_ACCESS_KEY = ${randomBytes(30).toString('base64')}`],
]

describe('what is found', () => {
  test.each(planted)('%s, by file and line, without being printed', async (_, secret) => {
    await plant('src/innocent.ts', `// first\n${secret}\n`)
    const found = await look()
    expect(found).toEqual([expect.stringMatching(/^src\/innocent\.ts:2 /)])
    expect(found.join()).not.toContain(secret.slice(-10))
  })

  test('a signing key as `signals keys generate` writes it', async () => {
    const { signing, verifying } = await generateKey('ES256')
    await plant('keys/jwks.json', JSON.stringify({ keys: [verifying] }))
    expect(await look()).toEqual([])
    await plant('keys/signing-key.json', JSON.stringify(signing, null, 2))
    expect(await look()).toEqual([expect.stringMatching(/^keys\/signing-key\.json:\d private key/)])
  })

  test('also in what the tests pretend, when it is pretended elsewhere', async () => {
    const line = `mongodb://signals:${'s3cret'}@db.example/`
    await plant('test/unit/a.test.ts', line)
    expect(await look()).toEqual([])
    await plant('src/a.ts', line)
    expect(await look()).toHaveLength(1)
  })
})

test('what git keeps out is not looked at, all else is', async () => {
  const [, [, token]] = planted as [unknown, [string, string]]
  await plant('node_modules/a/index.js', token)
  await plant('data/x', token)
  expect(await look()).toEqual([])
  await plant('deep/below/.hidden', token)
  expect(await look()).toEqual([expect.stringMatching(/^deep\/below\/\.hidden:1 /)])
})
