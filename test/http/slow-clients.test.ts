import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph } from '../support/posted-graph.ts'
import { SlowRequest } from '../support/slow-request.ts'

/** Short, since a test waits for them; they end connections that say nothing, and none is measured. */
const http = { headersTimeoutMs: 200, idleTimeoutMs: 200, bodyGraceMs: 200, bodyBytesPerSecond: 1_000_000 }

let built: BuiltApp
let port: number
let url: string
let graph: string

beforeAll(async () => {
  built = await openApp({ http, limits: { connections: 700 } })
  graph = await postGraph(built, { scanId: 's1' })
  const address = await built.listen()
  ;({ port, url } = address)
})
afterAll(() => built[Symbol.asyncDispose]())

async function opened(head = ''): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  // A reset is an end like any other.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(head)
  return socket
}

/** What the service says before it ends the connection; the test would wait for ever if it did not. */
async function ending(socket: Socket): Promise<string> {
  return await text(socket).catch(() => '')
}

async function isAnswered(): Promise<boolean> {
  return (await fetch(`${url}/healthz`)).ok && (await fetch(`${url}/signals/facts/s1`)).ok
}

const streamed = (): string => `/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=s1`

function head(length: number): string {
  return `POST ${streamed()} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`
}

describe('the service ends by itself a connection', () => {
  test('on which nothing is said', async () => {
    await ending(await opened())
  })

  test('on which a head is begun and not ended', async () => {
    expect(await ending(await opened('GET /healthz HTTP/1.1\r\nX-A: '))).toMatch(/^(HTTP\/1\.1 408|$)/)
  })

  test('on which no second request comes', async () => {
    expect(await ending(await opened('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'))).toMatch(/^HTTP\/1\.1 200/)
  })

  test('on which a body drips, and says so first', async () => {
    const answer = await ending(await opened(`${head(1_000)}{"sym`))
    expect(answer).toMatch(/^HTTP\/1\.1 408/)
    expect(answer).toContain('"code":"BODY_TOO_SLOW"')
  }, 20_000)
})

test('a dripping body leaves nothing behind, in no encoding', async () => {
  await built.settled()
  const before = await built.stored()
  for (const encoding of ['identity', 'gzip', 'zstd', 'br']) {
    const request = await SlowRequest.open(`${url}${streamed()}`, { 'content-encoding': encoding })
    request.write(encoding === 'identity' ? '{"symbolId":"a"}\n' : Buffer.from([0x1f, 0x8b, 8]).subarray(0, 2))
    expect(await request.answer).toMatchObject({ status: expect.toBeOneOf([400, 408]) })
  }
  expect(await built.stored()).toEqual(before)
})

test('500 clients that drip are all ended, and the others are answered meanwhile', async () => {
  const dripping = await Promise.all(
    Array.from({ length: 500 }, (_, client) =>
      opened(client % 2 === 0 ? head(1_000) : 'GET /healthz HTTP/1.1\r\nX-A: '),
    ),
  )
  const drip = setInterval(() => {
    for (const socket of dripping) socket.write('a')
  }, 100)
  try {
    expect(await isAnswered()).toBe(true)
    const answers = await Promise.all(dripping.map(ending))
    expect(answers.filter((answer) => answer !== '' && !answer.startsWith('HTTP/1.1 408'))).toEqual([])
    expect(await isAnswered()).toBe(true)
  } finally {
    clearInterval(drip)
    for (const socket of dripping) socket.destroy()
  }
})

test('more connections than there may be are closed, and whoever has one is answered', async () => {
  const patient = await openApp({ limits: { connections: 3 } })
  try {
    const address = await patient.listen()
    const enter = async (): Promise<Socket> => {
      const socket = connect({ port: address.port, host: '127.0.0.1' })
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      return socket
    }
    const kept = [await enter(), await enter(), await enter()]
    expect(await ending(await enter())).toBe('')
    kept[0]?.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(kept[0] && (await ending(kept[0]))).toMatch(/^HTTP\/1\.1 200/)
    for (const socket of kept) socket.destroy()
  } finally {
    await patient[Symbol.asyncDispose]()
  }
})
