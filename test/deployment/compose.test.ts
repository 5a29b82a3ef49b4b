import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { openApp } from '../support/build-app.ts'
import { composeFiles, readComposeFile, serviceOf } from '../support/deployment/compose-file.ts'
import { composeProgram } from '../support/real-parts/compose-go.ts'

const root = join(import.meta.dirname, '../..')

describe.each(composeFiles)('%s', (name) => {
  const file = readComposeFile(name)
  const signals = serviceOf(file, 'signals')
  const config = loadConfig({ argv: [], env: signals.environment, readFile: () => '' })

  test.skipIf(composeProgram === undefined)('is a compose file to compose itself', async () => {
    const { stdout } = await promisify(execFile)(composeProgram ?? '', ['-format', 'json', name], { cwd: root })
    expect(Object.keys(JSON.parse(stdout).services)).toEqual(expect.arrayContaining(['signals', 'keys']))
  })

  test('asks for tokens, and publishes its ports to this machine alone', () => {
    expect(config.auth.mode).toBe('jwt')
    const published = Object.values(file.services).flatMap(({ ports }) => ports)
    expect(published).toEqual(signals.ports)
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/)
    const inside = published.map((port) => Number(port.split(':').at(-1)))
    const listening = [config.http, config.telemetry.metrics].filter(({ host }) => host === '0.0.0.0')
    expect(inside).toEqual(listening.map(({ port }) => port))
    expect(new URL(config.http.publicUrl ?? '').port).toBe(String(config.http.port))
  })

  test('names images by a version of theirs', () => {
    for (const service of Object.keys(file.services)) {
      expect(serviceOf(file, service).image).toMatch(/^[\w/]+:\d+\.\d+\.\d+(-\w+)?$/)
    }
  })

  test('waits for each dependency in a way that it can be waited for', () => {
    for (const { depends_on } of Object.values(file.services)) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const needed = serviceOf(file, other)
        const isWatched = (needed.healthcheck?.test.length ?? 0) > 0
        expect(condition).toBe(isWatched ? 'service_healthy' : 'service_completed_successfully')
      }
    }
  })

  test('gives the service the time to stop that it takes at the most, and a volume for its data', () => {
    // src/main.ts: each of three steps has its grace, and all together one more.
    expect(Number.parseInt(signals.stop_grace_period ?? '', 10) * 1000).toBeGreaterThanOrEqual(
      4 * config.http.shutdownGraceMs,
    )
    expect(signals.volumes).toContain('signals-data:/var/lib/signals')
    const mounted = Object.keys(file.services).flatMap((name) => serviceOf(file, name).volumes)
    const sources = mounted.map((volume) => volume.split(':')[0]).filter((source) => !source?.startsWith('.'))
    expect(new Set(sources)).toEqual(new Set(Object.keys(file.volumes)))
  })

  test('never hands the service the key that signs', () => {
    expect(signals.volumes.filter((volume) => volume.startsWith('keys:'))).toEqual([])
    expect(signals.volumes).toContain(`key-set:${config.auth.jwks.replace('/jwks.json', '')}:ro`)
  })
})

describe('docker-compose.yml', () => {
  const file = readComposeFile('docker-compose.yml')
  const config = loadConfig({ argv: [], env: serviceOf(file, 'signals').environment, readFile: () => '' })

  test('has a server behind every address that the service is given, on a network that leads nowhere else', () => {
    const addresses = [config.mongo.connectionString, config.redis.url ?? '', config.cas.s3.endpoint ?? '']
    const hosts = addresses.map((address) => new URL(address).hostname)
    expect(hosts).toEqual(['mongo', 'redis', 'rustfs'])
    for (const host of hosts) expect(serviceOf(file, host).networks).toEqual(['inside'])
    expect(file.networks['inside']).toEqual({ internal: true })
    expect(serviceOf(file, 'mongo').command).toEqual(['mongod', '--replSet', 'signals', '--bind_ip_all'])
    expect(serviceOf(file, 'redis').command.join(' ')).toContain('--appendonly yes')
  })

  test('asks /readyz whether the service is healthy', async () => {
    const [, path = ''] =
      /127\.0\.0\.1:8080(\/\w+)/.exec(serviceOf(file, 'signals').healthcheck?.test.join(' ') ?? '') ?? []
    expect(path).toBe('/readyz')
    await using built = await openApp()
    expect((await built.ask(path)).status).toBe(200)
  })

  test('mints tokens that the service it starts would take', () => {
    const { command } = serviceOf(file, 'token')
    expect(command[command.indexOf('--issuer') + 1]).toBe(config.auth.issuer)
    expect(command[command.indexOf('--audience') + 1]).toBe(config.auth.audience)
  })
})
