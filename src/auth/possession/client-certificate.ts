import { hash, X509Certificate } from 'node:crypto'
import type { BlockList, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { tokenRefused } from '../auth-errors.ts'
import type { Credentials } from '../authenticate.ts'
import { headerValues } from '../header-values.ts'
import { isWithin } from './networks.ts'

export interface ClientCertificateDeps {
  /** Who ends TLS in front of us, and says in a header whose certificate it saw. */
  readonly proxies: BlockList
  /** In lower case. */
  readonly header: string
  /** Where the listener knows authorities, a certificate of another one is none. */
  readonly isAuthorityNeeded: boolean
}

/**
 * The RFC 8705 thumbprint of the certificate whose key the client has shown to hold: to us, or to a proxy of ours. The
 * header of anybody else says nothing, and a proxy's own certificate is not that of its clients.
 */
export function certificateThumbprint(deps: ClientCertificateDeps, { raw }: Credentials): string | undefined {
  const { socket, rawHeaders } = raw
  const certificate = isWithin(deps.proxies, socket.remoteAddress)
    ? forwardedCertificate(headerValues(rawHeaders, deps.header))
    : certificateOfSocket(socket, deps.isAuthorityNeeded)
  return certificate && hash('sha256', certificate.raw, 'base64url')
}

function certificateOfSocket(socket: Socket, isAuthorityNeeded: boolean): X509Certificate | undefined {
  if (!(socket instanceof TLSSocket) || (isAuthorityNeeded && !socket.authorized)) return undefined
  return socket.getPeerX509Certificate()
}

/** Several could be one of a client's own before the proxy's. */
function forwardedCertificate([value, another]: readonly string[]): X509Certificate | undefined {
  if (value === undefined || value === '') return undefined
  const certificate = another === undefined ? readCertificate(value) : undefined
  if (!certificate) throw tokenRefused('TOKEN_INVALID', 'the proxy names no single client certificate that can be read')
  return certificate
}

const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/
const base64 = /^([A-Za-z0-9+/]+={0,2})$/
const pem = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/

/** As proxies write one: RFC 9440 (`:…:`), base64 of DER, or PEM in percent escapes. Undefined for anything else. */
function readCertificate(value: string): X509Certificate | undefined {
  try {
    const [, text] = byteSequence.exec(value) ?? base64.exec(value) ?? pem.exec(decodeURIComponent(value)) ?? []
    if (text === undefined) return undefined
    const der = Buffer.from(text, 'base64')
    const certificate = new X509Certificate(der)
    return certificate.raw.equals(der) ? certificate : undefined
  } catch {
    return undefined
  }
}
