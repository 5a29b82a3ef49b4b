import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const launcher = join(import.meta.dirname, '../../bin/signals')
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let service: ServiceProcess

/** A service that takes nothing without a proof, and no proof without a nonce. */
beforeAll(async () => {
  directory = await temporaryDirectory()
  for (const out of ['keys', 'client', 'thief']) await signals('keys', 'generate', '--out', out)
  service = await startServiceProcess(join(directory.path, 'data'), {
    SIGNALS__AUTH__MODE: 'jwt',
    SIGNALS__AUTH__ISSUER: 'me',
    SIGNALS__AUTH__AUDIENCE: 'us',
    SIGNALS__AUTH__JWKS: join(directory.path, 'keys/jwks.json'),
    SIGNALS__AUTH__SENDER_CONSTRAINT: 'required',
    SIGNALS__AUTH__DPOP__NONCE_SECRET: 'nobody could guess this, not even in time',
  })
  const scope = ['--tenant', 'acme', '--scope', 'signals:read signals:write', '--bind-jwk', 'client/jwks.json']
  const minted = await signals(
    'token',
    'mint',
    '--key',
    'keys/signing-key.json',
    '--issuer',
    'me',
    '--audience',
    'us',
    ...scope,
  )
  await writeFile(join(directory.path, 'token'), minted)
  await writeFile(
    join(directory.path, 'graph.json'),
    JSON.stringify({ nodes: ['main', 'yaml.load'], edges: [{ from: 'main', to: 'yaml.load' }] }),
  )
})
afterAll(async () => {
  await service.kill('SIGTERM')
  await directory[Symbol.asyncDispose]()
})

async function signals(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(launcher, [...args], { cwd: directory.path })).stdout
}

test('what is pushed and asked with a proof key is taken, though the service asks for nonces', async () => {
  const to = ['--url', service.url, '--token-file', 'token', '--proof-key', 'client/signing-key.json']
  const described = ['--language', 'node', '--component', 'shop', '--component-version', '1', '--scan-id', 'pushed']
  await signals('push', 'callgraph', 'graph.json', ...described, '--target', 'yaml.load', '--wait', '30', ...to)
  expect(await signals('facts', 'get', 'pushed', ...to)).toMatch(/^pushed, version 1: reachable/)
})

test.each([
  ['without it', []],
  ['with that of another', ['--proof-key', 'thief/signing-key.json']],
])('what is asked %s is refused', async (_, proving) => {
  const asked = signals('facts', 'get', 'pushed', '--url', service.url, '--token-file', 'token', ...proving)
  await expect(asked).rejects.toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/TOKEN_INVALID|DPOP_PROOF_INVALID/),
  })
})
