import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrokenPassage } from '../support/broken-passage.ts'
import { bundleZip } from '../support/made-bundles.ts'
import { freePort } from '../support/real-parts/free-port.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const launcher = join(import.meta.dirname, '../../bin/signals')
const graph = {
  entryPoints: ['shop.main'],
  nodes: ['shop.main', 'shop.debug', 'yaml.parse'],
  edges: [
    { from: 'shop.main', to: 'yaml.parse' },
    { from: 'yaml.parse', to: 'yaml.load' },
  ],
}
const seen = (hitCount: number) =>
  `${JSON.stringify({ symbolId: 'yaml.load', hitCount, observedAt: '2026-11-20T12:00:00Z', containerId: 'pod-7' })}\n`
const described = ['--language', 'node', '--component', 'shop', '--component-version', '1']

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let service: ServiceProcess
beforeAll(async () => {
  directory = await temporaryDirectory()
  service = await startServiceProcess(join(directory.path, 'data'))
})
afterAll(async () => {
  await service.kill('SIGTERM')
  await directory[Symbol.asyncDispose]()
})

async function signals(args: readonly string[], { url = service.url, input = '' } = {}): Promise<Ended> {
  const child = spawn(launcher, [...args, '--url', url], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}

async function written(name: string, content: string | Buffer): Promise<string> {
  const path = join(directory.path, name)
  await writeFile(path, content)
  return path
}

async function read(path: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${service.url}${path}`)).json()) as Record<string, unknown>
}

async function pushedGraph(scanId: string): Promise<string> {
  const path = await written('graph.json', JSON.stringify(graph))
  const about = ['--scan-id', scanId, '--target', 'yaml.load', '--target', 'shop.debug', '--wait', '30', '--json']
  const { stdout, stderr, code } = await signals(['push', 'callgraph', path, ...described, ...about])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { callgraphId } = JSON.parse(stdout) as { callgraphId: string }
  return callgraphId
}

describe('signals push', () => {
  test('what is pushed again is the same push: it counts once, and what is pushed besides counts too', async () => {
    const callgraphId = await pushedGraph('pushed')
    const about = ['--callgraph-id', callgraphId, '--scan-id', 'pushed', '--wait', '30', '--json']
    const first = await written('first.ndjson', seen(5))
    const one = await signals(['push', 'runtime', first, ...about])
    const again = await signals(['push', 'runtime', first, ...about])
    const other = await signals(['push', 'runtime', await written('other.ndjson', seen(2)), ...about])
    expect([one, again, other].map(({ code }) => code)).toEqual([0, 0, 0])
    expect(JSON.parse(again.stdout)).toMatchObject({ receiptId: JSON.parse(one.stdout).receiptId, duplicate: 1 })
    expect(await read('/signals/facts/pushed/runtime-facts')).toMatchObject({
      items: [{ symbolId: 'yaml.load', hitCount: 7 }],
    })
  })

  test('standard input, and files that are compressed already, are sent as well', async () => {
    const callgraphId = await pushedGraph('compressed')
    const about = ['--callgraph-id', callgraphId, '--scan-id', 'compressed', '--wait', '30']
    const packed = await signals(['push', 'runtime', await written('packed', gzipSync(seen(3))), ...about])
    expect(packed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 events accepted, 3 hits') })
    expect(await signals(['push', 'runtime', '-', ...about], { input: seen(4) })).toMatchObject({ code: 0 })
    expect(await read('/signals/facts/compressed/runtime-facts')).toMatchObject({ items: [{ hitCount: 7 }] })
  })

  test('the same facts count once, however they are compressed', async () => {
    const callgraphId = await pushedGraph('recoded')
    const about = ['--callgraph-id', callgraphId, '--scan-id', 'recoded', '--wait', '30', '--json']
    const plain = await signals(['push', 'runtime', await written('plain.ndjson', seen(3)), ...about])
    const packed = await signals(['push', 'runtime', await written('plain.gz', gzipSync(seen(3))), ...about])
    expect(JSON.parse(packed.stdout)).toMatchObject({ receiptId: JSON.parse(plain.stdout).receiptId, duplicate: 1 })
    expect(await read('/signals/facts/recoded/runtime-facts')).toMatchObject({ items: [{ hitCount: 3 }] })
  })

  test('a file that is compressed and broken off is found before anything is sent', async () => {
    const path = await written('half.gz', gzipSync(seen(3)).subarray(0, 40))
    const nobody = `http://127.0.0.1:${await freePort()}`
    const ended = await signals(['push', 'runtime', path, '--callgraph-id', 'cg-1'], { url: nobody })
    expect(ended).toMatchObject({ code: 65, stdout: '', stderr: expect.stringContaining('half.gz') })
  })

  test('a union bundle is pushed as the archive that it is', async () => {
    const path = await written('bundle.zip', bundleZip())
    const ended = await signals(['push', 'union', path, '--analysis-id', 'pushed-bundle', '--wait', '30'])
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^pushed-bundle {2}\d+ nodes/) })
  })

  test('30 MB over a connection that is cut twice arrive once and count once', async () => {
    const path = await written('large.json', largeGraph())
    expect((await stat(path)).size).toBeGreaterThan(30_000_000)
    await using passage = await openBrokenPassage(service.url)
    let cutsLeft = 2
    passage.onBytes = (bytes) => {
      if (cutsLeft === 0 || bytes < (3 - cutsLeft) * 1_500_000) return 'pass'
      cutsLeft -= 1
      return 'cut'
    }
    const about = ['--language', 'node', '--component', 'large', '--component-version', '1', '--json']
    const ended = await signals(['push', 'callgraph', path, ...about], { url: passage.endpoint })
    expect({ code: ended.code, cutsLeft }).toEqual({ code: 0, cutsLeft: 0 })
    expect(ended.stderr.match(/the connection was cut/g)).toHaveLength(2)
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'created', nodeCount: 100_000 })
    expect(await read('/signals/callgraphs?component=large')).toMatchObject({ items: [{ component: 'large' }] })
    const again = await signals(['push', 'callgraph', path, ...about])
    expect(JSON.parse(again.stdout).receiptId).toBe(JSON.parse(ended.stdout).receiptId)
  })

  test('a refusal tells what was wrong and where, and is not tried again', async () => {
    const path = await written('bad.ndjson', '{"symbolId":"a","hitCount":0}\n')
    const callgraphId = await pushedGraph('refused')
    const { code, stdout, stderr } = await signals([
      'push',
      'runtime',
      path,
      '--callgraph-id',
      callgraphId,
      '--scan-id',
      'x',
    ])
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toMatch(/line 1: .*hitCount/)
    expect(stderr).toContain('correlation id')
  })

  test('who cannot be reached is named, and given up when patience ends', async () => {
    const path = await written('graph.json', JSON.stringify(graph))
    const args = ['push', 'callgraph', path, ...described, '--patience', '0']
    const url = `http://127.0.0.1:${await freePort()}`
    const { code, stderr } = await signals(args, { url })
    expect(code).toBe(75)
    expect(stderr).toContain(`${url} could not be reached: connection refused`)
  })

  test('a service that asks for time gets it, under one key and with the token, which nobody else is shown', async () => {
    const asked: { key: unknown; authorization: unknown; coding: unknown }[] = []
    const busy = createServer((request, response) => {
      request.resume().on('end', () => {
        const { 'idempotency-key': key, authorization, 'content-encoding': coding } = request.headers
        asked.push({ key, authorization, coding })
        const isFirst = asked.length === 1
        response.writeHead(isFirst ? 503 : 202, { 'content-type': 'application/json', 'retry-after': '1' })
        response.end(isFirst ? '{}' : '{"callgraphId":"cg-1","nodeCount":1,"edgeCount":0,"status":"created"}')
      })
    }).listen(0, '127.0.0.1')
    await once(busy, 'listening')
    const address = busy.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const token = await written('token', 'very-secret\n')
    const path = await written('graph.json', JSON.stringify(graph))
    const ended = await signals(['push', 'callgraph', path, ...described, '--token-file', token], { url })
    busy.close()
    expect(ended).toMatchObject({ code: 0, stdout: 'cg-1  1 nodes, 0 edges  created\n' })
    expect(ended.stderr).not.toContain('very-secret')
    // A second that was asked for, and a quarter to a half on top.
    expect(ended.stderr).toContain('again in 2 s')
    const one = {
      key: expect.stringMatching(/^push:[0-9a-f]{64}$/),
      authorization: 'Bearer very-secret',
      coding: 'zstd',
    }
    expect(asked).toEqual([one, { ...one, key: asked[0]?.key }])
  })

  test('a file that is not there, or a wrong option, sends nothing', async () => {
    expect(await signals(['push', 'union', join(directory.path, 'nothing.zip')])).toMatchObject({
      code: 66,
      stdout: '',
    })
    expect(await signals(['push', 'union', directory.path])).toMatchObject({ code: 66, stdout: '' })
    expect(await signals(['push', 'runtime', '-'])).toMatchObject({ code: 64, stdout: '' })
  })
})

describe('signals facts', () => {
  test('get, query, explain and diff tell a person what the service tells a machine', async () => {
    const callgraphId = await pushedGraph('told')
    const about = ['--callgraph-id', callgraphId, '--scan-id', 'told', '--wait', '30']
    await signals(['push', 'runtime', await written('told.ndjson', seen(12)), ...about])
    expect(await signals(['facts', 'get', 'told'])).toEqual({
      code: 0,
      stderr: '',
      stdout: `told, version 2: observed, score 0.178875, 1 unknowns
unknown     shop.debug  (0)
            no-path, open-world, unresolved-calls
observed    yaml.load  (0.405)
            runtime-hit, static-path, open-world, unresolved-calls
            shop.main → yaml.parse → yaml.load
`,
    })
    const then = await signals(['facts', 'get', 'told', '--fact-version', '1', '--json'])
    expect(JSON.parse(then.stdout)).toMatchObject({ verdict: 'reachable', metadata: { 'fact.version': '1' } })
    const query = await signals(['facts', 'query', 'told', 'yaml.parse', 'yaml.pars'])
    expect(query.stdout).toContain('reachable   yaml.parse')
    expect(query.stdout).toContain('yaml.pars is in no graph; did you mean yaml.parse')
    const explained = await signals(['facts', 'explain', 'told', 'yaml.load'])
    expect(explained.stdout).toContain('yaml.load: observed\n  because: runtime-hit, static-path')
    expect(explained.stdout).toMatch(/-> yaml\.load .*seen 12 times/)
    const diff = await signals(['facts', 'diff', 'told', '--from', '1'])
    expect(diff.stdout).toContain('told, version 1 to 2: reachable to observed')
    expect(diff.stdout).toContain('yaml.load: reachable to observed')
    expect(diff.stdout).toContain('yaml.load: seen running, 12 hits')
  })

  test('a subject that nobody told of is a refusal with its code', async () => {
    expect(await signals(['facts', 'get', 'nobody'])).toMatchObject({ code: 5, stdout: '', stderr: /FACT_NOT_FOUND/ })
  })
})

/** Ids that no compression makes small. */
function largeGraph(): string {
  const ids = Array.from({ length: 100_000 }, (_, position) => {
    return `large/module-${createHash('sha512').update(String(position)).digest('base64url')}.function`
  })
  const edges = ids.slice(1).map((to, position) => ({ from: ids[position], to }))
  return JSON.stringify({ entryPoints: [ids[0]], nodes: ids, edges })
}
