import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { forgedToken } from '../../support/token-issuer.ts'
import { actingTenant, type FuzzTenant, isCredential, type Tokens } from './callers.ts'
import { contentBytes } from './content-bytes.ts'
import { damaged } from './damage.ts'
import type { DrawnBody, DrawnCaller, DrawnRequest, Encoding, Framing, Written } from './drawn-request.ts'
import { type Filling, filledIn } from './fill-in.ts'
import { headerValue } from './header-value.ts'
import type { Markers } from './markers.ts'
import type { Memory } from './memory.ts'

/** A request as it goes over the wire. */
export interface MadeRequest {
  readonly drawn: DrawnRequest
  /** For whom it is; undefined when nobody may be let in by it. */
  readonly tenant: FuzzTenant | undefined
  readonly method: string
  readonly path: string
  readonly headers: readonly MadeHeader[]
  readonly body: MadeBody | undefined
  /** Every text in it. */
  readonly said: string
}

export type MadeHeader = readonly [name: string, value: string]

export interface MadeBody {
  readonly bytes: Buffer
  readonly framing: Framing
}

export interface MakingDeps {
  readonly tokens: Tokens
  readonly memory: Memory
  readonly markers: Markers
}

/** Whose ids are named by a request that is nobody's. */
const stranger: FuzzTenant = 'gamma'

/** Fills in what is known by now. */
export function makeRequest({ tokens, memory, markers }: MakingDeps, drawn: DrawnRequest): MadeRequest {
  const tenant = actingTenant(drawn.caller)
  const filling: Filling = { tenant: tenant ?? stranger, memory, markers }
  const path = `${pathOf(filling, drawn)}${queryOf(filling, drawn)}`
  const content = drawn.body && contentBytes(filling, drawn.body.content)
  const headers = [
    ...callerHeaders(tokens, drawn.caller),
    ...drawn.headers.map(([name, value]) => [name, headerValue(filledIn(filling, value))] as const),
    ...encodingHeaders(drawn.body),
  ]
  const said = [
    decoded(path),
    headers.map(([, value]) => Buffer.from(value, 'latin1').toString()).join('\n'),
    content?.said ?? '',
  ].join('\n')
  markers.heard(filling.tenant, said)
  const body = drawn.body && content && { bytes: bytesOf(drawn.body, content.bytes), framing: drawn.body.framing }
  return { drawn, tenant, method: drawn.method, path, headers, body, said }
}

function pathOf(filling: Filling, { path, pathValues }: DrawnRequest): string {
  return path.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = pathValues[name]
    return value ? written(filling, value) : whole
  })
}

function queryOf(filling: Filling, { query }: DrawnRequest): string {
  if (query.length === 0) return ''
  return `?${query.map(([name, value]) => `${encodeURIComponent(name)}=${written(filling, value)}`).join('&')}`
}

function written(filling: Filling, { text, isRaw }: Written): string {
  const filled = filledIn(filling, text)
  return isRaw ? filled : encodeURIComponent(filled.toWellFormed())
}

function decoded(path: string): string {
  try {
    return `${path}\n${decodeURIComponent(path)}`
  } catch {
    return path
  }
}

function callerHeaders(tokens: Tokens, { credential, tenantHeader }: DrawnCaller): MadeHeader[] {
  const token = tokenOf(tokens, credential)
  return [
    ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] satisfies MadeHeader]),
    ...(tenantHeader === undefined ? [] : [['x-stella-tenant', headerValue(tenantHeader)] satisfies MadeHeader]),
  ]
}

function tokenOf(tokens: Tokens, credential: DrawnCaller['credential']): string | undefined {
  if (isCredential(credential)) return tokens[credential]
  if (credential === 'none') return undefined
  return credential === 'garbage' ? 'a.b.c' : forgedToken({ alg: 'none' }, { tenant: 'alpha', scope: 'signals:read' })
}

function encodingHeaders(body: DrawnBody | undefined): MadeHeader[] {
  const said = body?.encoding.said
  return said === undefined || said === null ? [] : [['content-encoding', said]]
}

function bytesOf({ damages, encoding }: DrawnBody, bytes: Buffer): Buffer {
  const encoded = encoding.done.reduce(compressed, damages.reduce(damaged, bytes))
  return encoding.damages.reduce(damaged, encoded)
}

function compressed(bytes: Buffer, coding: Encoding['done'][number]): Buffer {
  switch (coding) {
    case 'gzip':
      return gzipSync(bytes)
    case 'zstd':
      return zstdCompressSync(bytes)
    case 'br':
      return brotliCompressSync(bytes)
    case 'deflate':
      return deflateSync(bytes)
  }
}
