import { connect, type Socket } from 'node:net'

export interface GetLoad {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly expectedStatus: number
  readonly seconds: number
  readonly connections: number
}

/** How long a round asks. */
export function secondsOfRound(isFull: boolean): number {
  return isFull ? 2 : 1
}

/**
 * Answers a second, one request at a time on each connection. It speaks just enough HTTP to know where an answer ends, since
 * on a machine of two cores a client that parses would be what is measured.
 */
export async function getsPerSecond(load: GetLoad): Promise<number> {
  const start = performance.now()
  const latencies = await getLatencies(load)
  return (latencies.length * 1000) / (performance.now() - start)
}

/** What 99 of 100 answers of the same load took no longer than, in milliseconds. */
export async function p99OfGets(load: GetLoad): Promise<number> {
  const latencies = (await getLatencies(load)).sort((one, other) => one - other)
  return latencies[Math.ceil(latencies.length * 0.99) - 1] ?? Number.NaN
}

async function getLatencies(load: GetLoad): Promise<number[]> {
  const endsAt = performance.now() + load.seconds * 1000
  const ofEach = await Promise.all(Array.from({ length: load.connections }, () => askAgain(load, endsAt)))
  return ofEach.flat()
}

function askAgain(load: GetLoad, endsAt: number): Promise<number[]> {
  const { hostname, port } = new URL(load.url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const request = requestBytes(load)
    const latencies: number[] = []
    let askedAt = 0
    const ask = (): void => {
      askedAt = performance.now()
      socket.write(request)
    }
    const answered = (): void => {
      const now = performance.now()
      latencies.push(now - askedAt)
      if (now < endsAt) ask()
      else socket.end(() => resolve(latencies))
    }
    socket.once('connect', ask)
    socket.once('error', reject)
    countAnswers(socket, load.expectedStatus, { answered, refused: reject })
  })
}

interface Told {
  readonly answered: () => void
  readonly refused: (error: Error) => void
}

function countAnswers(socket: Socket, expectedStatus: number, { answered, refused }: Told): void {
  const statusLine = Buffer.from(`HTTP/1.1 ${expectedStatus} `)
  let bytesLeft = 0
  let head = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    if (bytesLeft > 0) {
      bytesLeft -= chunk.length
    } else {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const headEnd = head.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      if (!head.subarray(0, statusLine.length).equals(statusLine)) {
        socket.destroy()
        return refused(new Error(`not answered with ${expectedStatus}: ${head.toString('latin1', 0, 200)}`))
      }
      bytesLeft = headEnd + 4 + contentLengthOf(head, headEnd) - head.length
      head = Buffer.alloc(0)
    }
    if (bytesLeft === 0) answered()
  })
}

function contentLengthOf(head: Buffer, headEnd: number): number {
  const length = /\r\ncontent-length: (\d+)/i.exec(head.toString('latin1', 0, headEnd))?.[1]
  return length === undefined ? 0 : Number(length)
}

function requestBytes({ url, headers = {} }: GetLoad): Buffer {
  const { pathname, host } = new URL(url)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}\r\n`)
}
