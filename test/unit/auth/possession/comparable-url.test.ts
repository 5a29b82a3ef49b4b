import { describe, expect, test } from 'vitest'
import { comparableUrl, requestUrl } from '../../../../src/auth/possession/comparable-url.ts'

describe('an URL', () => {
  test.each([
    ['HTTP://Example.COM', 'http://example.com/'],
    ['http://example.com:80/', 'http://example.com/'],
    ['https://example.com:443', 'https://example.com/'],
    ['https://example.com:80/', 'https://example.com:80/'],
    ['http://example.com/a/./b/../%63', 'http://example.com/a/c'],
    ['http://example.com/%7euser/%e2%82%ac%2f', 'http://example.com/~user/%E2%82%AC%2F'],
    ['http://example.com/a?b#c', 'http://example.com/a'],
    ['http://[2001:DB8:0::1]:8080/a', 'http://[2001:db8::1]:8080/a'],
    ['http://example.com/%2541', 'http://example.com/%2541'],
    ['http://example.com/a/', 'http://example.com/a/'],
  ])('%s is compared as %s', (written, comparable) => {
    expect(comparableUrl(written)).toBe(comparable)
  })

  test.each([
    '',
    '/signals/ping',
    'example.com/signals',
    'ftp://example.com/',
    'http:example.com',
    'http:///example.com',
    'http://user@example.com/',
    'http://user:word@example.com/',
    'http://example.com\\a',
    ' http://example.com/',
    'http://example.com/\ta',
    'http://exämple.com/',
    'http://example.com/"a"',
    'http://',
  ])('%j is none that can be compared', (written) => {
    expect(comparableUrl(written)).toBeUndefined()
  })
})

describe('the URL of a request', () => {
  test.each([
    ['https://signals.example', '/signals/ping?a=b', 'https://signals.example/signals/ping'],
    ['https://signals.example/', '/signals/ping', 'https://signals.example/signals/ping'],
    ['https://signals.example/base/', '/signals/ping#x', 'https://signals.example/base/signals/ping'],
    ['https://me@BÜCHER.example:443/?a#b', '/signals/ping', 'https://xn--bcher-kva.example/signals/ping'],
    ['https://signals.example', '//evil.example/ping', 'https://signals.example//evil.example/ping'],
  ])('of %s for %s is %s', (publicUrl, target, url) => {
    expect(requestUrl(publicUrl, target)).toBe(url)
  })

  // The router takes these as they stand, or as something else than a URL parser does: a proof for one path must not open another.
  test.each([
    'http://signals.example/signals/ping',
    '*',
    '',
    '/signals/facts/..',
    '/signals/facts/%2E%2e/ping',
    '/signals/./ping',
    '/signals\\ping',
    '/signals/pi\tng',
  ])('is nothing for %j', (target) => {
    expect(requestUrl('https://signals.example', target)).toBeUndefined()
  })
})
