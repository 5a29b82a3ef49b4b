import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparableUrl, requestUrl } from '../../src/auth/possession/comparable-url.ts'

/** As they are compared: nothing is escaped that need not be, and escapes are in capitals. */
const character = fc.constantFrom(...Array.from(`abzAZ09-._~!$&'()*+,;=:@`), '%2F', '%3F', '%E2', '%25', '%00')
const segment = fc
  .array(character, { minLength: 1, maxLength: 4 })
  .map((characters) => characters.join(''))
  .filter((text) => !/^\.{1,2}$/.test(text))
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`)
const origin = fc.constantFrom('http://signals.example', 'https://signals.example:8443', 'http://[::1]:8080')
const choices = fc.array(fc.nat(2), { minLength: 1, maxLength: 20 })

/** The same path in another spelling: RFC 3986, 6.2.2. */
function respelled(text: string, chosen: readonly number[]): string {
  let turn = 0
  return text.replaceAll(/%[0-9A-F]{2}|[A-Za-z0-9\-._~]/g, (piece) => {
    const choice = chosen[turn++ % chosen.length]
    if (choice === 0) return piece
    const written = piece.startsWith('%') ? piece : `%${piece.charCodeAt(0).toString(16)}`
    return choice === 1 ? written.toLowerCase() : written.toUpperCase()
  })
}

test('every spelling of a URL is compared as the one in which nothing is escaped that need not be', () => {
  fc.assert(
    fc.property(origin, path, choices, (base, asked, chosen) => {
      const [scheme = '', host = ''] = base.split('://')
      const spelled = respelled(asked, chosen)
      for (const url of [
        `${base}${asked}`,
        `${base}${spelled}?q#f`,
        `${scheme.toUpperCase()}://${host.toUpperCase()}/x/..${spelled}`,
      ]) {
        expect(comparableUrl(url)).toBe(`${base}${asked}`)
      }
      expect(requestUrl(base, `${spelled}?q`)).toBe(`${base}${asked}`)
    }),
    { numRuns: 2_000 },
  )
})

test('a proof for one URL is never one for another', () => {
  fc.assert(
    fc.property(path, choices, path, choices, (asked, chosen, other, otherChosen) => {
      const proven = comparableUrl(`https://signals.example${respelled(other, otherChosen)}`)
      const isSame = requestUrl('https://signals.example', respelled(asked, chosen)) === proven
      expect(isSame).toBe(asked === other)
    }),
    { numRuns: 5_000 },
  )
})

test('whatever a request names, its URL stands below the public one, or it has none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.constantFrom('', '/', '//', '/a/', '/%2e', '/..'), (rest, start) => {
      const url = requestUrl('https://signals.example/base', `${start}${rest}`)
      expect(url ?? 'https://signals.example/base/').toMatch(/^https:\/\/signals\.example\/base\//)
    }),
    { numRuns: 5_000 },
  )
})
