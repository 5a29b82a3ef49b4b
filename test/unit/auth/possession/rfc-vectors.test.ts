import { BlockList } from 'node:net'
import { expect, test } from 'vitest'
import type { Credentials } from '../../../../src/auth/authenticate.ts'
import { checkProof } from '../../../../src/auth/possession/check-proof.ts'
import { certificateThumbprint } from '../../../../src/auth/possession/client-certificate.ts'
import { MemorySeenProofs } from '../../../../src/auth/possession/memory-seen-proofs.ts'

// RFC 9449: figures 2, 9 and 13, which have one key.
const jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
const token = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'
const header =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19'
const resourceProof = `${header}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`
const tokenProof = `${header}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`

// RFC 8705, Appendix A.
const x5t = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'
const certificate =
  'MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY='

function requestWith(
  rawHeaders: readonly string[],
  asked: { method?: string; url?: string; from?: string } = {},
): Credentials {
  const { method = 'GET', url = '/protectedresource?a=b', from = '10.0.0.1' } = asked
  return {
    method,
    url,
    headers: {},
    // As much of a socket as is looked at.
    raw: { rawHeaders: [...rawHeaders], socket: { remoteAddress: from } as Credentials['raw']['socket'] },
    server: { listeningOrigin: 'http://127.0.0.1:8080' },
  }
}

function checking(clock: () => number) {
  const publicUrl = 'https://resource.example.org'
  return { algorithms: ['ES256'] as const, clock, publicUrl, nonces: undefined, seen: new MemorySeenProofs({ clock }) }
}

test('the protected resource request of RFC 9449, 7.1, is good once, at its time', async () => {
  const deps = checking(() => 1_562_262_618_000)
  const request = requestWith(['DPoP', resourceProof])
  await expect(checkProof(deps, request, { token, jkt })).resolves.toEqual({})
  await expect(checkProof(deps, request, { token, jkt })).rejects.toMatchObject({ code: 'DPOP_PROOF_REPLAYED' })
  const later = checking(() => 1_562_262_618_000 + 91_000)
  await expect(checkProof(later, request, { token, jkt })).rejects.toThrow(/too old/)
})

test('its proof is no other token’s, key’s or request’s', async () => {
  const deps = checking(() => 1_562_262_618_000)
  const fields = ['dpop', resourceProof]
  const request = requestWith(fields)
  await expect(checkProof(deps, request, { token: `${token}x`, jkt })).rejects.toThrow(/ath/)
  await expect(checkProof(deps, request, { token, jkt: jkt.toLowerCase() })).rejects.toThrow(/another key/)
  await expect(checkProof(deps, requestWith(fields, { method: 'POST' }), { token, jkt })).rejects.toThrow(/htm/)
  await expect(checkProof(deps, requestWith(fields, { url: '/other' }), { token, jkt })).rejects.toThrow(/htu/)
})

test('the token request of RFC 9449, 4.1, whose proof is for no token, is none for a resource', async () => {
  const deps = { ...checking(() => 1_562_262_616_000), publicUrl: 'https://server.example.com' }
  const request = requestWith(['DPoP', tokenProof], { method: 'POST', url: '/token' })
  await expect(checkProof(deps, request, { token, jkt })).rejects.toThrow(/lacks a claim/)
})

test('the certificate of RFC 8705, Appendix A, has its thumbprint in every spelling that proxies have', () => {
  const proxies = new BlockList()
  proxies.addAddress('10.0.0.1')
  const deps = { proxies, header: 'client-cert', isAuthorityNeeded: false }
  const lines = certificate.match(/.{1,64}/g) ?? []
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  const escapedByAws = encodeURI(pem)
  for (const value of [`:${certificate}:`, certificate, encodeURIComponent(pem), escapedByAws]) {
    expect(certificateThumbprint(deps, requestWith(['Client-Cert', value]))).toBe(x5t)
  }
})
