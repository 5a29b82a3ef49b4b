import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { freePort } from '../support/real-parts/free-port.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'
import { forgedToken, issuerName, openIssuer } from '../support/token-issuer.ts'

const main = join(import.meta.dirname, '../../src/main.ts')
const preload = new URL('../support/throw-on-signal.ts', import.meta.url).href

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeEach(async () => {
  directory = await temporaryDirectory()
})
afterEach(() => directory[Symbol.asyncDispose]())

/** Nothing else in the world looks like one of them. The second has what is escaped in URLs and in JSON. */
function plant() {
  const unlike = (): string => `planted-${randomBytes(12).toString('hex')}`
  return {
    MONGO: unlike(),
    REDIS: `${unlike()}"\\%`,
    AWS: unlike(),
    PROOF: unlike(),
    COOKIE: unlike(),
    BASIC: unlike(),
  }
}

type Planted = Readonly<Record<string, string>>

/** As it is, as URLs and JSON have it, and half of it: no part that would be of use. */
function formsOf(secret: string): string[] {
  const written = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
  return [...new Set([...written, secret.slice(0, 24)])]
}

function leaksIn(text: string, planted: Planted): string[] {
  return Object.keys(planted).filter((name) => formsOf(planted[name] ?? '').some((form) => text.includes(form)))
}

/** Everything that a client can do to have a secret of its own, or of the service, written down. */
async function ask({ url }: ServiceProcess, planted: Planted): Promise<string> {
  const { TOKEN = '', PROOF = '', COOKIE = '', BASIC = '' } = planted
  const spoken = { authorization: `Bearer ${TOKEN}`, dpop: PROOF, cookie: `session=${COOKIE}`, 'x-api-key': BASIC }
  const asked: readonly [string, RequestInit][] = [
    ['/status', { headers: spoken }],
    ['/readyz', {}],
    ['/signals/facts', { headers: { ...spoken, authorization: `Basic ${btoa(`me:${BASIC}`)}` } }],
    ['/signals/facts', { headers: { authorization: `Bearer ${TOKEN}x` } }],
    ['/signals/facts', { headers: { authorization: `DPoP ${TOKEN}`, dpop: PROOF } }],
    [`/signals/facts?access_token=${TOKEN}`, {}],
    [`/signals/facts?access_token=${TOKEN}&limit=0`, { headers: spoken }],
    [`/signals/facts/x?token=${BASIC}`, { headers: spoken }],
    [
      '/signals/callgraphs?language=node',
      { method: 'POST', headers: spoken, body: `{"nodes":[],"password":"${BASIC}"` },
    ],
    ['/signals/callgraphs', { method: 'DELETE', headers: spoken }],
  ]
  const answers = await Promise.all(asked.map(async ([path, init]) => (await fetch(`${url}${path}`, init)).text()))
  return answers.join('\n')
}

/** What Node refuses before there is a request. */
async function askBadly({ url }: ServiceProcess, planted: Planted): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end(`GET / HTTP/1.1\r\nauthorization: Bearer ${planted['TOKEN']}\r\n bad header\r\n\r\n`)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

async function startPlanted(): Promise<{ service: ServiceProcess; planted: Planted; reports: string }> {
  const issuer = await openIssuer(systemClock)
  const jwks = join(directory.path, 'jwks.json')
  await writeFile(jwks, issuer.keySet)
  const planted = { ...plant(), TOKEN: await issuer.token({ exp: Math.floor(systemClock() / 1_000) + 600 }) }
  const reports = join(directory.path, 'reports')
  await mkdir(reports)
  const port = await freePort()
  const service = await startServiceProcess(join(directory.path, 'data'), {
    ...Object.fromEntries(Object.entries(planted).map(([name, secret]) => [`PLANTED_${name}`, secret])),
    NODE_OPTIONS: `--import=${preload} --report-on-signal --report-signal=SIGWINCH --report-directory=${reports}`,
    SIGNALS__AUTH__MODE: 'jwt',
    SIGNALS__AUTH__ISSUER: issuerName,
    SIGNALS__AUTH__AUDIENCE: 'signals',
    SIGNALS__AUTH__JWKS: jwks,
    SIGNALS__MONGO__CONNECTION_STRING: `mongodb://signals:${planted.MONGO}@127.0.0.1:${port}/`,
    SIGNALS__REDIS__URL: `redis://signals:${encodeURIComponent(planted.REDIS)}@127.0.0.1:${port}`,
    SIGNALS__CAS__DRIVER: 's3',
    SIGNALS__CAS__S3__ENDPOINT: `http://127.0.0.1:${port}`,
    SIGNALS__CAS__S3__BUCKET: 'bucket',
    SIGNALS__CAS__S3__ATTEMPTS: '1',
    AWS_ACCESS_KEY_ID: 'known',
    AWS_SECRET_ACCESS_KEY: planted.AWS,
  })
  return { service, planted, reports }
}

test('no secret is in an answer, in the log, or in what is left of a process that died', async () => {
  const { service, planted, reports } = await startPlanted()
  const answers = [await ask(service, planted), await askBadly(service, planted)].join('\n')
  expect(answers).toContain('TOKEN_INVALID')
  expect(leaksIn(answers, planted)).toEqual([])

  service.child.kill('SIGWINCH')
  await service.untilLogged('Node.js report completed')
  service.child.kill('SIGCONT')
  await service.exited

  const log = service.log.join('\n')
  expect(log).toContain('stopping after an error that nobody caught')
  expect(log).toContain('mongodb://signals:[redacted]@db:27017/x')
  expect(leaksIn(log, planted)).toEqual([])
  const [report = ''] = await readdir(reports)
  const left = await readFile(join(reports, report), 'utf8')
  expect(left).toContain('"javascriptStack"')
  expect(leaksIn(left, planted)).toEqual([])
})

async function failedStart(env: Planted): Promise<string> {
  const failed = promisify(execFile)(process.execPath, [main], {
    env: { PATH: process.env['PATH'], SIGNALS__DATA_DIRECTORY: join(directory.path, 'data'), ...env },
  })
  return await failed.then(
    () => 'it started',
    (error: { stdout: string; stderr: string }) => `${error.stdout}\n${error.stderr}`,
  )
}

test('nor in what a start says that cannot reach its store', async () => {
  const planted = plant()
  const said = await failedStart({
    SIGNALS__STORE__DRIVER: 'mongo',
    SIGNALS__MONGO__CONNECTION_STRING: `mongodb://signals:${planted.MONGO}@127.0.0.1:${await freePort()}/`,
    SIGNALS__MONGO__SERVER_SELECTION_TIMEOUT_MS: '50',
  })
  expect(said).toMatch(/ECONNREFUSED/)
  expect(leaksIn(said, planted)).toEqual([])
})

test.each([
  ['an option that nobody knows', (secret: string) => `mongodb://signals:${secret}@db/?unknown=1`],
  ['no host', (secret: string) => `mongodb://signals:${secret}@/`],
  ['two at-signs', (secret: string) => `mongodb://signals:${secret}@x@db/`],
])('nor in what it says of a connection string with %s', async (_, connectionString) => {
  const planted = plant()
  const said = await failedStart({
    SIGNALS__STORE__DRIVER: 'mongo',
    SIGNALS__MONGO__CONNECTION_STRING: connectionString(planted.MONGO),
    SIGNALS__MONGO__SERVER_SELECTION_TIMEOUT_MS: '50',
  })
  expect(said).not.toBe('it started')
  expect(leaksIn(said, planted)).toEqual([])
})

test.each([
  ['is no YAML', (secret: string) => `redis:\n  url: "redis://me:${secret}@x\nmongo: [`],
  ['has a tab before a secret', (secret: string) => `redis:\n\turl: redis://me:${secret}@x\n`],
  [
    'has a secret where none belongs',
    (secret: string) => `auth:\n  mode: ${secret}\n  jwks: https://me:${secret}@idp/\n`,
  ],
  ['has one with a wrong scheme', (secret: string) => `redis:\n  url: http://me:${secret}@x\n`],
  ['has one twice', (secret: string) => `redis:\n  url: redis://me:${secret}@x\n  url: redis://me:${secret}@x\n`],
])('nor in what it says of a file that %s', async (_, file) => {
  const planted = plant()
  const path = join(directory.path, 'signals.yaml')
  await writeFile(path, file(planted.AWS))
  const said = await failedStart({ SIGNALS_CONFIG: path })
  expect(said).toMatch(/configuration is not usable/)
  expect(leaksIn(said, planted)).toEqual([])
})

test('a token that was made up is not written down either', async () => {
  const service = await startServiceProcess(join(directory.path, 'data'))
  const TOKEN = forgedToken({ alg: 'none' }, { sub: 'x' }, 'secret')
  await fetch(`${service.url}/signals/facts?access_token=${TOKEN}`)
  await service.kill('SIGTERM')
  expect(service.log.join('\n')).toContain('/signals/facts?access_token=[redacted]')
  expect(leaksIn(service.log.join('\n'), { TOKEN })).toEqual([])
})
