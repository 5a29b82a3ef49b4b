import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Config, ConfigError, loadConfig } from '../../src/config.ts'
import { defaultScoringOptions, scoringProfile } from '../../src/scoring/profile.ts'

function load(env: Record<string, string> = {}, file?: string, argv?: string[]): Config {
  const paths: string[] = []
  const readFile = (path: string): string => {
    paths.push(path)
    if (file === undefined) throw new Error(`ENOENT: ${path}`)
    return file
  }
  return loadConfig({ argv: argv ?? (file === undefined ? [] : ['--config', 'signals.yaml']), env, readFile })
}

function problemsOf(action: () => unknown): readonly string[] {
  try {
    action()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('defaults', () => {
  test('are those that deployments rely on', () => {
    const config = load()
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080 })
    expect(config.dataDirectory).toBe(resolve('./data'))
    expect(config.sqlite.path).toBe(resolve('./data/signals.db'))
    expect(config.cas.directory).toBe(resolve('./data/cas'))
    expect(config.auth).toMatchObject({ mode: 'off', allowOpenNetwork: false })
    expect(config.telemetry.metrics).toEqual({ host: '127.0.0.1', port: 9464 })
    expect(config.limits).toMatchObject({ jsonBodyBytes: 2 ** 26, rawBodyBytes: 2 ** 30, lineBytes: 2 ** 20 })
  })

  test('of scoring are those that the scoring profile has', () => {
    const { profile, ...options } = load().scoring
    expect(profile).toBe('signals-v1')
    expect(scoringProfile(profile, options).options).toEqual(defaultScoringOptions)
  })

  test('cannot be changed by whoever is handed them', () => {
    const config = load()
    expect(() => Object.assign(config.limits, { lineBytes: 1 })).toThrow(TypeError)
    expect(() => Object.assign(config, { http: {} })).toThrow(TypeError)
  })
})

describe('content in a bucket', () => {
  test('is what the environment says, with the rest by default', () => {
    const { cas } = load({
      SIGNALS__CAS__DRIVER: 's3',
      SIGNALS__CAS__S3__ENDPOINT: 'http://127.0.0.1:9000',
      SIGNALS__CAS__S3__BUCKET: '2026',
      SIGNALS__CAS__S3__FORCE_PATH_STYLE: 'false',
    })
    expect(cas.s3).toEqual({
      endpoint: 'http://127.0.0.1:9000',
      bucket: '2026',
      region: 'us-east-1',
      forcePathStyle: false,
      timeoutMs: 15_000,
      attempts: 3,
      objectLock: { mode: 'off', days: 90 },
    })
  })

  test('needs the name of one, and an endpoint that speaks HTTP', () => {
    expect(problemsOf(() => load({ SIGNALS__CAS__DRIVER: 's3' }))).toEqual([
      'cas.s3.bucket (SIGNALS__CAS__S3__BUCKET): the driver s3 needs a bucket',
    ])
    expect(problemsOf(() => load({ SIGNALS__CAS__S3__ENDPOINT: 'ftp://127.0.0.1' }))).toHaveLength(1)
  })
})

describe('sources', () => {
  test('the file overrides defaults, the environment the file', () => {
    const config = load({ SIGNALS__HTTP__PORT: '0' }, 'http:\n  port: 1234\n  host: localhost\n')
    expect(config.http).toMatchObject({ host: 'localhost', port: 0 })
  })

  test('the file is named by --config, else by SIGNALS_CONFIG', () => {
    const read: string[] = []
    const readFile = (path: string): string => {
      read.push(path)
      return ''
    }
    loadConfig({ argv: ['--config=a.yaml'], env: { SIGNALS_CONFIG: 'b.yaml' }, readFile })
    loadConfig({ argv: [], env: { SIGNALS_CONFIG: 'b.yaml' }, readFile })
    loadConfig({ argv: [], env: {}, readFile })
    expect(read).toEqual(['a.yaml', 'b.yaml'])
  })

  test('camelCase keys are written in words, and texts are taken as they stand', () => {
    const config = load({
      SIGNALS__DATA_DIRECTORY: '/var/lib/signals',
      SIGNALS__HTTP__SHUTDOWN_GRACE_MS: '5',
      SIGNALS__SCORING__CONTEST_UNOBSERVED: 'true',
      SIGNALS__SCORING__WEIGHTS__RUNTIME: '0.95',
      SIGNALS__EVENTS__PRODUCER: '007',
      SIGNALS__TELEMETRY__METRICS__PORT: 'off',
      SIGNALS__TESTING__FAIL_POINTS: 'after-append, before-mark',
      SIGNALS__HTTP__PUBLIC_URL: 'https://signals.example',
    })
    expect(config.dataDirectory).toBe('/var/lib/signals')
    expect(config.sqlite.path).toBe('/var/lib/signals/signals.db')
    expect(config.http).toMatchObject({ shutdownGraceMs: 5, publicUrl: 'https://signals.example' })
    expect(config.scoring.contestUnobserved).toBe(true)
    expect(config.scoring.weights.runtime).toBe(0.95)
    expect(config.events.producer).toBe('007')
    expect(config.telemetry.metrics.port).toBe('off')
    expect(config.testing.failPoints).toEqual(['after-append', 'before-mark'])
  })

  test('an empty variable is an absent one, and other variables are none of ours', () => {
    expect(load({ SIGNALS__HTTP__HOST: '', SIGNALS_PORT: 'tcp://10.0.0.1', PATH: '/bin' }).http.host).toBe('127.0.0.1')
  })
})

describe('sealed mode', () => {
  const enforced = { SIGNALS__AIR_GAP__SEALED_MODE__ENFORCEMENT_ENABLED: 'true' }
  const sealed = { ...enforced, SIGNALS__AIR_GAP__SEALED_MODE__EVIDENCE_PATH: '/evidence.json' }
  const tokens = { SIGNALS__AUTH__MODE: 'jwt', SIGNALS__AUTH__ISSUER: 'i', SIGNALS__AUTH__AUDIENCE: 'a' }
  const bucket = { SIGNALS__CAS__DRIVER: 's3', SIGNALS__CAS__S3__BUCKET: 'b' }
  const keys = { AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' }

  test('is off unless it is asked for, and then needs the path of its evidence', () => {
    expect(load().airGap.sealedMode).toMatchObject({ enforcementEnabled: false, maxEvidenceAgeMs: 3_600_000 })
    expect(load(sealed).airGap.sealedMode).toMatchObject({ enforcementEnabled: true, evidencePath: '/evidence.json' })
    expect(problemsOf(() => load(enforced))).toEqual([expect.stringContaining('airGap.sealedMode.evidencePath')])
  })

  test('takes the keys of tokens from a file, never from a URL', () => {
    const told = problemsOf(() => load({ ...sealed, ...tokens, SIGNALS__AUTH__JWKS: 'HTTPS://idp/jwks' }))
    expect(told).toEqual([expect.stringContaining('auth.jwks: in sealed mode the key set is a file')])
    expect(load({ ...sealed, ...tokens, SIGNALS__AUTH__JWKS: '/jwks.json' }).auth.jwks).toBe('/jwks.json')
    expect(load({ ...tokens, SIGNALS__AUTH__JWKS: 'https://idp/jwks' }).auth.jwks).toBe('https://idp/jwks')
  })

  test.each([
    ['no keys at all', {}],
    ['half of a key', { AWS_ACCESS_KEY_ID: 'k' }],
    ['a profile, which may lead anywhere', { ...keys, AWS_PROFILE: 'p' }],
  ])('asks nobody for the keys of a bucket: %s', (_, env) => {
    expect(problemsOf(() => load({ ...sealed, ...bucket, ...env }))).toEqual([expect.stringContaining('cas.s3')])
    expect(load({ ...bucket, ...env }).cas.driver).toBe('s3')
    expect(load({ ...sealed, ...bucket, ...keys }).cas.driver).toBe('s3')
  })
})

describe('what stops the start', () => {
  test('everything that is wrong is told at once', () => {
    const env = { SIGNALS__HTTP__PORT: '99999', SIGNALS__MISSPELT: '1', SIGNALS__DATA_DIRECTORY: '/' }
    const problems = problemsOf(() => load(env, 'auth:\n  mode: maybe\n  modes: x\nhttp:\n  host: 0.0.0.0\nextra: 1\n'))
    const told = problems.join('\n')
    for (const part of [
      'SIGNALS__MISSPELT is not a variable',
      'http.port (SIGNALS__HTTP__PORT)',
      'auth.mode (SIGNALS__AUTH__MODE)',
      'auth.modes is not a key',
      'extra is not a key',
      'dataDirectory: / is',
      'http.host: 0.0.0.0 is not loopback',
    ]) {
      expect(told).toContain(part)
    }
    expect(problems).toHaveLength(7)
  })

  test.each([
    ['SIGNALS__HTTP__PORT', 'eighty'],
    ['SIGNALS__HTTP__PORT', '-1'],
    ['SIGNALS__HTTP__PORT', '80.5'],
    ['SIGNALS__HTTP__PUBLIC_URL', 'ftp://x'],
    ['SIGNALS__AUTH__ALLOW_OPEN_NETWORK', 'yes please'],
    ['SIGNALS__AUTH__SENDER_CONSTRAINT', 'ifbound'],
    ['SIGNALS__AUTH__DPOP__ALGORITHMS', 'ES256,HS256'],
    ['SIGNALS__AUTH__DPOP__NONCE_SECRET', 'too short to be one'],
    ['SIGNALS__AUTH__MTLS__HEADER', 'client cert'],
    ['SIGNALS__AUTH__MTLS__PROXIES', '10.0.0.0/33'],
    ['SIGNALS__AUTH__MTLS__PROXIES', 'fd00::/129'],
    ['SIGNALS__AUTH__MTLS__PROXIES', 'proxy.example'],
    ['SIGNALS__AUTH__MTLS__PROXIES', '10.0.0.0/8/8'],
    ['SIGNALS__STORE__DRIVER', 'postgres'],
    ['SIGNALS__SCORING__PROFILE', 'mine'],
    ['SIGNALS__SCORING__WEIGHTS__DIRECT', '1.5'],
    ['SIGNALS__LIMITS__LINE_BYTES', '0'],
    ['SIGNALS__TESTING__FAIL_POINTS', 'everywhere'],
    ['SIGNALS__TELEMETRY__METRICS__PORT', 'on'],
    ['SIGNALS__http__port', '1'],
    ['SIGNALS__HTTP', '{port: 1}'],
  ])('%s=%s', (name, value) => {
    expect(problemsOf(() => load({ [name]: value }))).toHaveLength(1)
  })

  test.each(['[1, 2]', 'just text', 'a: [', 'http: 5'])('a file that holds %j', (file) => {
    expect(problemsOf(() => load({}, file)).length).toBeGreaterThan(0)
  })

  test('a file that is not there, and an argument that nobody knows', () => {
    expect(problemsOf(() => load({ SIGNALS_CONFIG: 'missing.yaml' }))).toEqual(['ENOENT: missing.yaml'])
    expect(problemsOf(() => load({}, undefined, ['--confg', 'x']))).toHaveLength(1)
  })

  test.each([
    '/',
    '/etc',
    '/etc/signals',
    '/usr',
    '/var/lib',
    '/tmp',
    '/home',
    '/home/me',
    '/root',
    '/data/..',
    '/proc/self',
  ])('a data directory of %s', (dataDirectory) => {
    expect(problemsOf(() => load({ SIGNALS__DATA_DIRECTORY: dataDirectory }))).toHaveLength(1)
    expect(problemsOf(() => load({ SIGNALS__CAS__DIRECTORY: dataDirectory }))).toHaveLength(1)
  })

  test('the home directory of whoever starts it, wherever that is', () => {
    expect(problemsOf(() => load({ HOME: '/data/me', SIGNALS__DATA_DIRECTORY: '/data/me/' }))).toHaveLength(1)
    expect(load({ HOME: '/data/me', SIGNALS__DATA_DIRECTORY: '/data/me/signals' }).dataDirectory).toBe(
      '/data/me/signals',
    )
  })

  test.each(['0.0.0.0', '::', '192.168.0.1', 'signals.example', '127.evil.example'])(
    'no authentication on %s, unless that was said',
    (host) => {
      expect(problemsOf(() => load({ SIGNALS__HTTP__HOST: host }))).toHaveLength(1)
      const said = load({ SIGNALS__HTTP__HOST: host, SIGNALS__AUTH__ALLOW_OPEN_NETWORK: 'true' })
      expect(said.http.host).toBe(host)
    },
  )

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('not: no authentication on %s', (host) => {
    expect(load({ SIGNALS__HTTP__HOST: host }).http.host).toBe(host)
  })
})

describe('TLS and senders', () => {
  const files = { SIGNALS__HTTP__TLS__CERT_FILE: 'tls.crt', SIGNALS__HTTP__TLS__KEY_FILE: 'tls.key' }

  test('are what the environment says, with the rest by default', () => {
    const { http, auth } = load(
      {
        ...files,
        SIGNALS__AUTH__SENDER_CONSTRAINT: 'required',
        SIGNALS__AUTH__DPOP__ALGORITHMS: 'ES256, EdDSA',
        SIGNALS__AUTH__DPOP__NONCE_SECRET: '12345678901234567890123456789012',
        SIGNALS__AUTH__MTLS__PROXIES: '10.1.2.3, fd00::/8',
      },
      '{}',
    )
    expect(http.tls).toEqual({ certFile: 'tls.crt', keyFile: 'tls.key' })
    expect(auth).toMatchObject({
      senderConstraint: 'required',
      dpop: { algorithms: ['ES256', 'EdDSA'], nonceSecret: '12345678901234567890123456789012' },
      mtls: { proxies: ['10.1.2.3', 'fd00::/8'], header: 'Client-Cert' },
    })
    expect(load()).toMatchObject({ http: { tls: {} }, auth: { senderConstraint: 'ifBound', mtls: { proxies: [] } } })
  })

  test.each([
    ['a certificate without its key', { SIGNALS__HTTP__TLS__CERT_FILE: 'tls.crt' }, ['http.tls.keyFile']],
    ['a key without its certificate', { SIGNALS__HTTP__TLS__KEY_FILE: 'tls.key' }, ['http.tls.certFile']],
    ['authorities alone', { SIGNALS__HTTP__TLS__CLIENT_CA_FILE: 'ca.crt' }, ['http.tls.certFile', 'http.tls.keyFile']],
  ])('%s stops the start', (_, env, keys) => {
    const told = problemsOf(() => load(env, '{}'))
    expect(told).toEqual(keys.map((key) => expect.stringContaining(key)))
  })

  test('files that cannot be read stop the start', () => {
    expect(problemsOf(() => load(files))).toEqual([
      'http.tls.certFile: ENOENT: tls.crt',
      'http.tls.keyFile: ENOENT: tls.key',
    ])
  })
})

describe('tokens', () => {
  const complete = {
    SIGNALS__AUTH__MODE: 'jwt',
    SIGNALS__AUTH__ISSUER: 'https://issuer.example',
    SIGNALS__AUTH__AUDIENCE: 'signals',
    SIGNALS__AUTH__JWKS: 'keys/jwks.json',
  }

  test('open the network, and have names that the environment may change', () => {
    const config = load({
      ...complete,
      SIGNALS__HTTP__HOST: '0.0.0.0',
      SIGNALS__AUTH__TENANT_CLAIMS: 'org, orgs',
      SIGNALS__AUTH__ALGORITHMS: 'ES256',
    })
    expect(config.auth).toMatchObject({
      mode: 'jwt',
      issuer: 'https://issuer.example',
      audience: 'signals',
      jwks: 'keys/jwks.json',
      tenantClaims: ['org', 'orgs'],
      algorithms: ['ES256'],
    })
  })

  test.each(['ISSUER', 'AUDIENCE', 'JWKS'])('need %s', (name) => {
    const problems = problemsOf(() => load({ ...complete, [`SIGNALS__AUTH__${name}`]: '' }))
    expect(problems).toEqual([`auth.${name.toLowerCase()} (SIGNALS__AUTH__${name}): the mode jwt needs it`])
  })

  test.each(['HS256', 'none', 'ES256,HS512'])('are never signed with %s', (algorithms) => {
    expect(problemsOf(() => load({ ...complete, SIGNALS__AUTH__ALGORITHMS: algorithms }))).toHaveLength(1)
  })

  test('that are not asked for leave the network closed', () => {
    expect(problemsOf(() => load({ ...complete, SIGNALS__AUTH__MODE: 'off', SIGNALS__HTTP__HOST: '::' }))).toHaveLength(
      1,
    )
  })
})

describe('the URL of Redis', () => {
  test('is taken with its password, and absent by default', () => {
    expect(load().redis.url).toBeUndefined()
    const url = 'rediss://user:p%40ss@cache.example:6380/1'
    expect(load({ SIGNALS__REDIS__URL: url }).redis.url).toBe(url)
  })

  test.each(['http://user:hush@host', 'user:hush@host:6379', 'redis://user:hush@', 'redis://:hush%zz@host'])(
    'is refused, and the problem does not repeat it: %s',
    (url) => {
      const problems = problemsOf(() => load({ SIGNALS__REDIS__URL: url }))
      expect(problems).toEqual([expect.stringMatching(/^redis\.url \(SIGNALS__REDIS__URL\): /)])
      expect(problems.join()).not.toContain('hush')
    },
  )
})
