import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')

/** What a part of the page tells people to type, and what comes of it. */
function partOf(title: string): { readonly commands: readonly string[]; readonly answers: readonly unknown[] } {
  const [, part = ''] = page.split(new RegExp(`^#+ ${title}$`, 'm'))
  const [text = ''] = part.split(/^#/m)
  const blocks = (kind: string): string[] =>
    [...text.matchAll(new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block = '']) => block.trim())
  return { commands: blocks('sh'), answers: blocks('json').map((block) => JSON.parse(block)) }
}

const withTokens = partOf('With tokens, in five commands')
const toKey = partOf('To a key: DPoP')
const toCertificate = partOf('To a certificate: mutual TLS')

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeEach(async () => {
  directory = await temporaryDirectory()
  await symlink(join(root, 'bin'), join(directory.path, 'bin'))
})
afterEach(() => directory[Symbol.asyncDispose]())

/** In an empty directory with `bin/` in it. */
async function shell(...lines: readonly string[]): Promise<string> {
  const script = lines.join('\n')
  return (await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: directory.path })).stdout
}

/** The service as a command of the page starts it, but for its port and its data. */
async function start(command: string, more: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
  const named = [...command.matchAll(/(SIGNALS__\w+)=(\S+)/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  )
  const variables = named.map(([name, value]) => [name, value.replace(/^keys\//, `${directory.path}/keys/`)])
  return await startServiceProcess(join(directory.path, 'data'), { ...Object.fromEntries(variables), ...more })
}

async function askOf(service: ServiceProcess, ...lines: readonly string[]): Promise<Record<string, unknown>> {
  const { host } = new URL(service.url)
  const answer = JSON.parse(await shell(...lines.map((line) => line.replaceAll('127.0.0.1:8080', host))))
  return 'correlationId' in answer ? { ...answer, correlationId: '…' } : answer
}

test('the five commands of docs/security.md do what it says', async () => {
  expect(withTokens.commands).toHaveLength(5)
  const [generate = '', starting = '', mint = '', withToken = '', withoutToken = ''] = withTokens.commands
  await shell(generate)
  const service = await start(starting)
  try {
    expect(await askOf(service, mint, withToken)).toEqual(withTokens.answers[0])
    expect(await askOf(service, withoutToken)).toEqual(withTokens.answers[1])
    expect(service.log.join('\n')).not.toContain('AUTHENTICATION IS OFF')
  } finally {
    await service.kill('SIGTERM')
  }
})

test('tokens open the network, without any further key', async () => {
  const [generate = '', starting = '', mint = '', withToken = ''] = withTokens.commands
  await shell(generate)
  const service = await start(starting, { SIGNALS__HTTP__HOST: '0.0.0.0' })
  try {
    expect(await askOf(service, mint, withToken)).toEqual(withTokens.answers[0])
  } finally {
    await service.kill('SIGTERM')
  }
})

test('a token is bound to a key, and good with proofs alone, as docs/security.md says', async () => {
  expect(toKey.commands).toHaveLength(4)
  const [generateClient = '', mintBound = '', withProof = '', withoutProof = ''] = toKey.commands
  const [generate = '', starting = ''] = withTokens.commands
  await shell(generate, generateClient, mintBound)
  const service = await start(starting)
  try {
    expect(await askOf(service, withProof)).toEqual(toKey.answers[0])
    expect(await askOf(service, withoutProof)).toEqual(toKey.answers[1])
  } finally {
    await service.kill('SIGTERM')
  }
})

const hasOpenssl = await promisify(execFile)('openssl', ['version']).then(
  () => true,
  () => false,
)

test.skipIf(!hasOpenssl)('a token is bound to a certificate, over TLS, as docs/security.md says', async () => {
  expect(toCertificate.commands).toHaveLength(3)
  const [makeCertificates = '', starting = '', ask = ''] = toCertificate.commands
  await shell(withTokens.commands[0] ?? '', toKey.commands[0] ?? '', makeCertificates)
  const service = await start(starting)
  try {
    expect(service.url).toMatch(/^https:/)
    expect(await askOf(service, ask)).toEqual(toCertificate.answers[0])
    const withoutCertificate = ask.replace('--cert client/tls.crt --key client/tls.key', '')
    expect(await askOf(service, withoutCertificate)).toMatchObject({ code: 'TOKEN_INVALID' })
  } finally {
    await service.kill('SIGTERM')
  }
})

test('while authentication is off the log and /status say so, loudly', async () => {
  const service = await startServiceProcess(join(directory.path, 'data'))
  try {
    expect(JSON.parse(await service.untilLogged('AUTHENTICATION IS OFF'))).toMatchObject({ level: 'warn' })
    const status = await (await fetch(`${service.url}/status`)).json()
    expect(status).toMatchObject({ authentication: { mode: 'off', warning: expect.stringMatching(/IS OFF/) } })
  } finally {
    await service.kill('SIGTERM')
  }
})
