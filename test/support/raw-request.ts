import { connect } from 'node:net'

export interface RawAnswer {
  /** Undefined when the connection was closed without an answer. */
  readonly status: number | undefined
  readonly text: string
  /** The first JSON document of the answer. */
  readonly problem: Record<string, unknown>
}

/** Sends bytes as they are, lies included, and reads until the connection ends. `pieces` are written one after the other. */
export async function rawRequest(port: number, pieces: readonly (string | Buffer)[]): Promise<RawAnswer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  // A reset after the answer is an end like any other.
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.once('end', () => socket.end())
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()))
  socket.end()
  await closed
  return answerOf(Buffer.concat(chunks).toString('utf8'))
}

function answerOf(text: string): RawAnswer {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  const json = /\r\n\r\n(?:[0-9a-f]+\r\n)?(\{.*\})/s.exec(text)?.[1]
  return {
    status: status === undefined ? undefined : Number(status),
    text,
    problem: json === undefined ? {} : (JSON.parse(json) as Record<string, unknown>),
  }
}
