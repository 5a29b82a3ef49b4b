import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import { openApp } from '../support/build-app.ts'
import { rawRequest } from '../support/raw-request.ts'

const { count, seed } = inject('hostile')

/** The first of them, but for one in eight. */
function mostly(usual: string, ...others: string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
}

const method = fc.constantFrom(
  'GET',
  'POST',
  'get',
  'FOO',
  'GET\t',
  '',
  'PRI',
  'CONNECT',
  'G\u0000T',
  'x'.repeat(9_000),
)
const target = mostly(
  '/healthz',
  '/signals/facts',
  '/signals/facts?limit=1 x',
  'http://evil.example/signals/facts',
  '*',
  'evil.example:80',
  '\\signals\\facts',
  '/signals/facts\u0000',
  '/é',
  '/\u001b[2J',
  '//evil.example/..',
  '#',
  '',
)
const version = mostly('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', 'HTTP/1.1 x', '')
const field = fc.constantFrom(
  'host: x',
  'host: x\r\nhost: y',
  'host: a b',
  'host:',
  'content-length: 5',
  'content-length: +5',
  'content-length: 5, 6',
  'content-length: 99999999999999999999',
  'content-length: -1',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, identity',
  'transfer-encoding: xchunked',
  'transfer-encoding : chunked',
  ' folded: header',
  'no colon',
  ': no name',
  'x-null: a\u0000b',
  'x-bare: a\rb',
  'expect: 100-continue',
  'upgrade: websocket\r\nconnection: upgrade',
  'connection: keep-alive, close, keep-alive',
  `x-many: ${'a,'.repeat(4_000)}`,
)
const ending = mostly('\r\n', '\n', '\r', '')
const body = mostly(
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '0\r\n\r\nGET /signals/status HTTP/1.1\r\nhost: x\r\n\r\n',
  'ffffffffffffffff\r\n',
  '-1\r\n\r\n',
  '5;ext="x\r\nhello\r\n0\r\nx-trailer: 1\r\n\r\n',
)
const separator = mostly(' ', '  ', '\t', '')

const fields = fc.oneof(fc.constant([]), fc.array(fc.tuple(field, ending), { minLength: 1, maxLength: 3 }))

/** Heads put together from parts that are each a little wrong, as a client never sends them. */
const head = fc
  .tuple(method, separator, target, separator, version, ending, fields, ending)
  .map(([verb, one, place, other, said, end, fields, last]) =>
    [verb, one, place, other, said, end, 'host: x\r\n', ...fields.flat(), last].join(''),
  )

const inside = /node_modules|node:internal|\.ts:\d|\/tmp\/|Error:/

test('heads that no client writes are refused or answered, and the service goes on', async () => {
  await using service = await openApp({ telemetry: { logLevel: 'error' } })
  const { port, url } = await service.listen()
  const sent = fc.tuple(head, body)
  const numRuns = Math.max(500, Math.ceil(count / 20))
  const statuses = new Map<number | undefined, number>()
  await fc.assert(
    fc.asyncProperty(sent, async ([first, rest]) => {
      const { status, text } = await rawRequest(port, [Buffer.from(first, 'latin1'), Buffer.from(rest, 'latin1')])
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      // Nothing at all is an answer to what was no request.
      expect(status ?? 0).toBeLessThan(500)
      expect(text).not.toMatch(inside)
    }),
    { seed, numRuns },
  )
  process.stdout.write(
    `heads: ${[...statuses].map(([status, times]) => `${status ?? 'closed'}×${times}`).join('  ')}\n`,
  )
  expect(statuses.get(200)).toBeGreaterThan(0)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(service.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([])
})
