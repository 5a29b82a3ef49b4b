import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintToken } from '../../src/auth/mint-token.ts'
import { generateKey } from '../../src/auth/signing-key.ts'
import { isTenant } from '../../src/identifiers/tenant.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, type Result, resultOf } from '../support/claim.ts'
import { type GetLoad, getsPerSecond, secondsOfRound } from '../support/get-load.ts'
import { startBaseline, startService } from '../support/server-process.ts'
import { postGraph } from '../support/service-graph.ts'
import { makeFact } from './facts.ts'

const claim: Claim = {
  row: 13,
  claim: 'GET of a fact of 4 KB with a token that was checked before',
  against: 'the same fact from the same data directory, with authentication off',
  bar: 0.9,
  better: 'higher',
}

const againstConstant: Claim = {
  row: 4,
  claim: 'GET of a fact of 4 KB with a token that was checked before, to a constant',
  against: 'Fastify sending one constant Buffer to anybody',
  bar: 0.6,
  better: 'higher',
}

const [issuer, audience] = ['https://issuer.example', 'signals'] as const

/** Two processes on one data directory: they differ in whom they let in, and in nothing else. */
export const tokens: BenchRow = {
  name: 'tokens',
  async *measure(options) {
    const directory = await mkdtemp(join(tmpdir(), 'signals-bench-tokens-'))
    try {
      const { token, settings } = await guard(directory)
      const data = { SIGNALS__DATA_DIRECTORY: join(directory, 'data') }
      await using open = await startService({ ...options, settings: data })
      await using guarded = await startService({ ...options, settings: { ...data, ...settings } })
      const callgraphId = await postGraph(open.url, { nodes: 1_000, edges: 3_000, seed: 1 })
      await makeFact(open, { callgraphId, scanId: 'bench', targets: 6 })
      const path = '/signals/facts/bench'
      const load = { seconds: secondsOfRound(options.isFull), connections: 8, expectedStatus: 200 }
      const ours = { ...load, url: `${guarded.url}${path}`, headers: { authorization: `Bearer ${token}` } }
      yield await compareReads(claim, ours, { ...load, url: `${open.url}${path}` })
      const { byteLength } = await (await fetch(`${open.url}${path}`)).arrayBuffer()
      await using constant = await startBaseline('constant-server.ts', [String(byteLength)])
      yield await compareReads(againstConstant, ours, { ...load, url: `${constant.url}/fact` })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
}

async function compareReads(claim: Claim, ours: GetLoad, baseline: GetLoad): Promise<Result> {
  const measured = await alternate({ ours: () => getsPerSecond(ours), baseline: () => getsPerSecond(baseline) })
  return resultOf(claim, { unit: 'answers/s', ...measured })
}

async function guard(directory: string): Promise<{ token: string; settings: Record<string, string> }> {
  const { signing, verifying } = await generateKey('ES256')
  const jwks = join(directory, 'jwks.json')
  await writeFile(jwks, JSON.stringify({ keys: [verifying] }))
  const request = { issuer, audience, subject: 'bench', scopes: ['signals:read'], ttlSeconds: 3_600 } as const
  const tenants = ['default'].filter(isTenant)
  const token = await mintToken({ key: signing, clock: systemClock, newId: randomUUID }, { ...request, tenants })
  const settings = {
    SIGNALS__AUTH__MODE: 'jwt',
    SIGNALS__AUTH__ISSUER: issuer,
    SIGNALS__AUTH__AUDIENCE: audience,
    SIGNALS__AUTH__JWKS: jwks,
    // Counted, as always with tokens, and never too many.
    SIGNALS__LIMITS__RATE_LIMIT__PRINCIPAL_REQUESTS: '1000000000',
    SIGNALS__LIMITS__RATE_LIMIT__TENANT_REQUESTS: '1000000000',
  }
  return { token, settings }
}
