import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, createLocalJWKSet, decodeJwt, EmbeddedJWK, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/service-process.ts'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const launcher = join(import.meta.dirname, '../../bin/signals')

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let keys: string
beforeEach(async () => {
  directory = await temporaryDirectory()
  keys = join(directory.path, 'keys')
})
afterEach(() => directory[Symbol.asyncDispose]())

function signals(...args: readonly string[]): Promise<Ended> {
  return run(launcher, args)
}

function run(file: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, [...args], { cwd: directory.path }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
  })
}

async function readKeys(): Promise<{ keys: Record<string, string>[] }> {
  return JSON.parse(await readFile(join(keys, 'jwks.json'), 'utf8'))
}

function mint(...changed: readonly string[]): Promise<Ended> {
  const key = join(keys, 'signing-key.json')
  const usual = ['--key', key, '--issuer', 'me', '--audience', 'us', '--tenant', 'acme', '--scope', 'signals:read']
  return signals('token', 'mint', ...usual, ...changed)
}

const thumbprintedKey = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
}
const thumbprintedCertificate = `-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----
`

describe('signals keys generate', () => {
  test('writes a private key for its owner alone, and a key set that holds nothing secret', async () => {
    expect(await signals('keys', 'generate', '--out', keys)).toMatchObject({ code: 0, stdout: '' })
    const { mode } = await stat(join(keys, 'signing-key.json'))
    expect((mode & 0o777).toString(8)).toBe('600')
    const [key = {}, ...others] = (await readKeys()).keys
    expect(others).toEqual([])
    expect(key).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: key['x'],
      y: key['y'],
      alg: 'ES256',
      use: 'sig',
      kid: key['kid'],
    })
    expect(key['kid']).toBe(await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x: key['x']!, y: key['y']! }))
  })

  test('overwrites no key', async () => {
    await signals('keys', 'generate', '--out', keys)
    const before = await readKeys()
    const again = await signals('keys', 'generate', '--out', keys)
    expect(again).toMatchObject({ code: 73, stdout: '' })
    expect(again.stderr).toContain('--add')
    expect(await readKeys()).toEqual(before)
  })

  test('is content with keys that are there, when told so, and makes a key set that a crash left out', async () => {
    const again = (): Promise<Ended> => signals('keys', 'generate', '--out', keys, '--if-missing')
    expect((await again()).code).toBe(0)
    const before = await readKeys()
    expect((await again()).code).toBe(0)
    expect(await readKeys()).toEqual(before)
    await rm(join(keys, 'jwks.json'))
    expect((await again()).code).toBe(0)
    expect(await readKeys()).toEqual(before)
  })

  test('adds a key for rotation, which signs from then on, and keeps the one before', async () => {
    await signals('keys', 'generate', '--out', keys)
    const [old] = (await readKeys()).keys
    expect((await signals('keys', 'generate', '--out', keys, '--add', '--alg', 'EdDSA')).code).toBe(0)
    const both = await readKeys()
    expect(both.keys.map(({ alg }) => alg)).toEqual(['ES256', 'EdDSA'])
    const files = (await readdir(keys)).sort()
    expect(files).toEqual(['jwks.json', 'signing-key.json', `signing-key.${old!['kid']}.json`].sort())
    for (const name of files.filter((file) => file.startsWith('signing'))) {
      expect(((await stat(join(keys, name))).mode & 0o777).toString(8)).toBe('600')
    }
  })

  test('adds to nothing that is not there, or is no key set', async () => {
    expect((await signals('keys', 'generate', '--out', keys, '--add')).code).toBe(66)
    await mkdir(keys)
    await writeFile(join(keys, 'jwks.json'), 'null')
    expect((await signals('keys', 'generate', '--out', keys, '--add')).code).toBe(66)
    expect(await readdir(keys)).toEqual(['jwks.json'])
  })

  test.each(['HS256', 'none'])('makes no key for %s', async (alg) => {
    expect((await signals('keys', 'generate', '--out', keys, '--alg', alg)).code).toBe(64)
  })
})

describe('signals keys remove', () => {
  test('takes a key out, and deletes its private half', async () => {
    await signals('keys', 'generate', '--out', keys)
    await signals('keys', 'generate', '--out', keys, '--add')
    const [old, current] = (await readKeys()).keys
    expect((await signals('keys', 'remove', '--from', keys, '--kid', old!['kid']!)).code).toBe(0)
    expect((await readKeys()).keys).toEqual([current])
    expect((await readdir(keys)).sort()).toEqual(['jwks.json', 'signing-key.json'])
  })

  test('leaves the key that signs now, and knows no other', async () => {
    await signals('keys', 'generate', '--out', keys)
    const { keys: before } = await readKeys()
    expect((await signals('keys', 'remove', '--from', keys, '--kid', before[0]!['kid']!)).code).toBe(1)
    expect((await signals('keys', 'remove', '--from', keys, '--kid', 'unheard-of')).code).toBe(66)
    expect((await readKeys()).keys).toEqual(before)
  })
})

describe('signals token mint', () => {
  beforeEach(async () => void (await signals('keys', 'generate', '--out', keys)))

  test('prints the token alone, which the key set verifies', async () => {
    const { code, stdout, stderr } = await mint('--ttl', '15m', '--subject', 'scanner')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const find = createLocalJWKSet(await readKeys())
    const { payload, protectedHeader } = await jwtVerify(stdout.trim(), find, { issuer: 'me', audience: 'us' })
    expect(payload).toMatchObject({ tenant: 'acme', scope: 'signals:read', sub: 'scanner' })
    expect(payload.exp! - payload.iat!).toBe(900)
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
  })

  test('takes several tenants and scopes', async () => {
    const { stdout } = await mint('--tenant', 'acme,other', '--scope', 'signals:read, signals:write')
    const { payload } = await jwtVerify(stdout.trim(), createLocalJWKSet(await readKeys()))
    expect(payload).toMatchObject({ tenants: ['acme', 'other'], scope: 'signals:read signals:write' })
    expect(payload).not.toHaveProperty('tenant')
  })

  test.each([
    ['a scope that is none', ['--scope', 'signals:reed']],
    ['no scope', ['--scope', ' ']],
    ['a tenant that is none', ['--tenant', 'Acme']],
    ['a time without a unit', ['--ttl', '15']],
    ['no time at all', ['--ttl', '0s']],
    ['an option that nobody knows', ['--tll', '1h']],
  ])('refuses %s, and prints nothing', async (_, changed) => {
    expect(await mint(...changed)).toMatchObject({ code: 64, stdout: '' })
  })

  test('says which key it cannot read, and nothing of what is in it', async () => {
    await writeFile(join(directory.path, 'wrong.json'), '{"kty":"EC","d":"hush"}')
    for (const file of ['missing.json', 'wrong.json']) {
      const { code, stdout, stderr } = await mint('--key', file)
      expect({ code, stdout }).toEqual({ code: 66, stdout: '' })
      expect(stderr).toContain(file)
      expect(stderr).not.toContain('hush')
    }
  })
})

describe('signals token mint, for one holder', () => {
  beforeEach(async () => void (await signals('keys', 'generate', '--out', keys)))

  async function boundTo(...options: readonly string[]): Promise<unknown> {
    const { code, stdout } = await mint(...options)
    return code === 0 ? decodeJwt(stdout.trim())['cnf'] : code
  }

  async function written(name: string, document: unknown): Promise<string> {
    const path = join(directory.path, name)
    await writeFile(path, typeof document === 'string' ? document : JSON.stringify(document))
    return path
  }

  test('binds to the key of RFC 7638, 3.1, and to the certificate of RFC 8705, Appendix A, or to both', async () => {
    const jwk = await written('key.json', thumbprintedKey)
    const cert = await written('client.crt', thumbprintedCertificate)
    const jkt = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
    const x5t = { 'x5t#S256': 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0' }
    expect(await boundTo()).toBeUndefined()
    expect(await boundTo('--bind-jwk', jwk)).toEqual({ jkt })
    expect(await boundTo('--bind-cert', cert)).toEqual(x5t)
    expect(await boundTo('--bind-jwk', jwk, '--bind-cert', cert)).toEqual({ jkt, ...x5t })
  })

  test('takes either half of a pair, and the key set of it', async () => {
    const [{ kid } = {}] = (await readKeys()).keys
    expect(await boundTo('--bind-jwk', join(keys, 'signing-key.json'))).toEqual({ jkt: kid })
    expect(await boundTo('--bind-jwk', join(keys, 'jwks.json'))).toEqual({ jkt: kid })
  })

  test.each([
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }],
    ['several keys', { keys: [thumbprintedKey, thumbprintedKey] }],
    ['no key', { keys: [] }],
    ['a part of a key', { kty: 'EC', crv: 'P-256' }],
    ['no JSON', 'x'],
  ])('refuses %s', async (_, document) => {
    expect(await boundTo('--bind-jwk', await written('key.json', document))).toBe(66)
    expect(await boundTo('--bind-cert', await written('client.crt', document))).toBe(66)
  })
})

describe('signals token prove', () => {
  test('prints a proof alone, for one request, which nothing secret stands in', async () => {
    await signals('keys', 'generate', '--out', keys)
    const token = join(directory.path, 'token')
    // RFC 9449, 7.1.
    await writeFile(token, 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU\n')
    const url = 'https://signals.example/signals/unknowns?a=b#c'
    const asked = ['--key', join(keys, 'signing-key.json'), '--token-file', token, '--url', url]
    const { code, stdout } = await signals('token', 'prove', ...asked, '--method', 'POST', '--nonce', 'once')
    expect(code).toBe(0)
    const { payload, protectedHeader } = await jwtVerify(stdout.trim(), EmbeddedJWK, {
      typ: 'dpop+jwt',
      maxTokenAge: 60,
    })
    const ath = 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo'
    expect(payload).toMatchObject({ htm: 'POST', htu: 'https://signals.example/signals/unknowns', ath, nonce: 'once' })
    expect(Object.keys(protectedHeader.jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    expect((await signals('token', 'prove', ...asked.slice(0, 4), '--url', '/signals')).code).toBe(64)
  })
})

describe('the launcher', () => {
  test('works through a link, from any directory', async () => {
    const link = join(directory.path, 'signals')
    await symlink(launcher, link)
    expect(await run(link, ['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })

  test('tells what there is, with examples, on standard output when asked', async () => {
    expect((await signals('--help')).stdout).toMatch(/^Usage: signals/)
    for (const words of [
      ['keys', 'generate'],
      ['keys', 'remove'],
      ['token', 'mint'],
      ['token', 'prove'],
    ]) {
      const { code, stdout } = await signals(...words, '--help')
      expect({ words, code }).toEqual({ words, code: 0 })
      expect(stdout).toContain('Usage: signals')
      expect(stdout).toContain('Example')
    }
  })

  test.each([[[]], [['keys']], [['nope']], [['keys', 'nope']]])('ends with 64 after %j', async (words) => {
    const { code, stdout, stderr } = await signals(...words)
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
    expect(stderr).not.toBe('')
  })
})
