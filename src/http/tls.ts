import { readFileSync } from 'node:fs'
import type { ServerOptions } from 'node:https'
import { z } from 'zod'

const path = (description: string) => z.string().min(1).optional().describe(description)

/** The section `http.tls` of the configuration. */
export const tlsSettings = z
  .strictObject({
    certFile: path(
      'Certificate of the listener, with its chain, in PEM. With it, and its key, the listener speaks TLS.',
    ),
    keyFile: path('Its private key, in PEM.'),
    clientCaFile: path(
      'Who vouches for client certificates that tokens are bound to, in PEM. Any will do when absent.',
    ),
  })
  .superRefine(({ certFile, keyFile, clientCaFile }, context) => {
    const needs = (key: string): void => context.addIssue({ code: 'custom', path: [key], message: 'http.tls needs it' })
    if (certFile === undefined && (keyFile ?? clientCaFile) !== undefined) needs('certFile')
    if (keyFile === undefined && (certFile ?? clientCaFile) !== undefined) needs('keyFile')
  })
  .prefault({})

export interface TlsFiles {
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly clientCaFile?: string | undefined
}

/**
 * Undefined where the listener speaks plain HTTP. A client certificate is asked for, never demanded: whether one is needed,
 * and which, is said by the token, and who has no token needs none.
 */
export function tlsOptions(
  { certFile, keyFile, clientCaFile }: TlsFiles,
  asksForCertificates: boolean,
): ServerOptions | undefined {
  if (certFile === undefined || keyFile === undefined) return undefined
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ...(clientCaFile !== undefined && { ca: readFileSync(clientCaFile) }),
    requestCert: asksForCertificates,
    rejectUnauthorized: false,
  }
}
