import { describe, expect, test } from 'vitest'
import { scrubber } from '../../../src/telemetry/scrub.ts'

const scrub = scrubber([])
const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'

describe('what looks like a secret is taken out', () => {
  test.each([
    ['{"Authorization":"Bearer abc"}', '{"Authorization":"[redacted]"}'],
    ['{"a":{"b":{"c":{"cookie":"x=1; y=2"}}}}', '{"a":{"b":{"c":{"cookie":"[redacted]"}}}}'],
    ['{"secretAccessKey":"k","sessionToken":"t"}', '{"secretAccessKey":"[redacted]","sessionToken":"[redacted]"}'],
    ['{"x-api-key":"a\\"b"}', '{"x-api-key":"[redacted]"}'],
    ['{"url":"/x?access_token=abc&limit=1"}', '{"url":"/x?access_token=[redacted]&limit=1"}'],
    ['{"url":"/x?a=1&api_key=abc"}', '{"url":"/x?a=1&api_key=[redacted]"}'],
    [`{"msg":"got ${jwt}."}`, '{"msg":"got [redacted]."}'],
    ['{"msg":"header was DPoP abcdefghijk"}', '{"msg":"header was DPoP [redacted]"}'],
    ['{"msg":"at mongodb://me:word@db:1/x"}', '{"msg":"at mongodb://me:[redacted]@db:1/x"}'],
    ['{"msg":"at redis://:w:o@rd@db"}', '{"msg":"at redis://:[redacted]@db"}'],
  ])('%s', (line, told) => {
    expect(scrub(line)).toBe(told)
  })
})

test.each([
  '{"url":"/signals/facts/scan-1?limit=5","host":"127.0.0.1:8080"}',
  '{"url":"http://127.0.0.1:8080","msg":"listening"}',
  '{"code":"TOKEN_MISSING","msg":"send a token as \\"Authorization: Bearer …\\""}',
  '{"symbol":"com.acme.Token.parse","at":"file:///src/a.ts:32:10","mail":"me@example.com"}',
])('what is none stays: %s', (line) => {
  expect(scrub(line)).toBe(line)
})

describe('what the configuration names', () => {
  test('is taken out wherever it stands, also as JSON and URLs have it', () => {
    const secret = 'a"b\\c d/e'
    const line = JSON.stringify({ msg: `it was ${secret}`, url: `/x?y=${encodeURIComponent(secret)}` })
    expect(scrubber([secret])(line)).toBe('{"msg":"it was [redacted]","url":"/x?y=[redacted]"}')
  })

  test('is left where it is so short that other words would go with it', () => {
    expect(scrubber(['level', ''])('{"level":"info"}')).toBe('{"level":"info"}')
  })
})

/** Each is of a kind that an expression could look at from every one of its places. */
test.each(['://:a', '"token', '?secret-', '-eyJaaaaaa', 'basic ', '"secret":"\\\\', '-secret', 'bearer   '])(
  'a line of a megabyte of %j is done with',
  (unit) => {
    const line = unit.repeat(1_000_000 / unit.length)
    // Whatever it says: that it says something within the time of a test is what is tried.
    expect(scrub(line)).toBeTypeOf('string')
  },
)
