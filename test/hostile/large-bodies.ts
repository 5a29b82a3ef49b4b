import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { constants, createZstdCompress } from 'node:zlib'

const mebibyte = 1024 * 1024
const inflatedBytes = 100 * mebibyte

/** A body that is small on the wire and 100 MB behind it. */
export interface LargeBody {
  readonly compressed: Buffer
  /** Its records that count. */
  readonly records: number
}

/** Lines of a kilobyte, most of it a note that nobody reads. */
export async function largeEvents(): Promise<LargeBody> {
  const note = 'x'.repeat(950)
  return await largeBody('', (line) => `{"symbolId":"s${line % 100}","hitCount":1,"note":"${note}"}\n`, '')
}

/** Nodes of two kilobytes, each of its own. */
export async function largeGraph(): Promise<LargeBody> {
  const attribute = 'x'.repeat(1_900)
  const nodeAt = (node: number): string =>
    `${node === 0 ? '' : ','}{"id":"s${node}","name":"s${node}","attributes":{"x":"${attribute}"}}`
  return await largeBody('{"nodes":[', nodeAt, '],"edges":[{"from":"s0","to":"s1"}]}')
}

async function largeBody(opening: string, recordAt: (record: number) => string, closing: string): Promise<LargeBody> {
  let records = 0
  function* parts(): Generator<string> {
    yield opening
    for (let length = 0; length < inflatedBytes; records += 1) {
      const record = recordAt(records)
      length += record.length
      yield record
    }
    yield closing
  }
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  return { compressed: await buffer(Readable.from(parts()).pipe(zstd)), records }
}

export interface Sent {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: Record<string, unknown>
}

/** Each on a connection of its own, so that none waits for another before it is sent. */
export async function send(
  url: string,
  { compressed }: LargeBody,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const outgoing = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-encoding': 'zstd', 'content-length': String(compressed.length), ...headers },
  })
  outgoing.end(compressed)
  const [response] = await once(outgoing, 'response')
  const answer: unknown = JSON.parse(await text(response))
  return {
    status: response.statusCode,
    retryAfter: response.headers['retry-after'],
    body: typeof answer === 'object' && answer !== null ? { ...answer } : {},
  }
}
