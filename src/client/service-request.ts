import type { ReadableStream } from 'node:stream/web'
import type { Prover } from './prover.ts'
import { ServiceRefusal, ServiceUnreachable } from './service-failures.ts'

/** Where a service is, and on whose behalf it is asked. */
export interface ServiceAt {
  readonly url: string
  readonly token?: string | undefined
  /** Of whoever has a token that is bound to a key. */
  readonly proofs?: Prover
  readonly tenant?: string | undefined
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
  /** Made anew whenever the request is sent. */
  readonly body?: () => ReadableStream | string
}

/** What a service said yes with. The text is as it came: whoever prints it prints what the service wrote. */
export interface ServiceAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Sends once. Anything but a 2xx is thrown as `ServiceRefusal`, a connection that fails as `ServiceUnreachable`. */
export async function sendRequest(service: ServiceAt, request: ServiceRequest): Promise<ServiceAnswer> {
  const { response, text } = await exchange(service, request)
  const { status, headers } = response
  if (!response.ok) throw new ServiceRefusal({ url: response.url, status, headers, text })
  return { status, headers, text }
}

/** The document of an answer: its type is that of the route's own schema, taken on the word of the service. */
export function documentOf<Document>(answer: ServiceAnswer): Document {
  return JSON.parse(answer.text)
}

async function exchange(service: ServiceAt, request: ServiceRequest): Promise<{ response: Response; text: string }> {
  try {
    const response = await send(service, request)
    const text = await response.text()
    // Only by refusing a proof can a service say what it has to hold: RFC 9449, 9.
    if (service.proofs?.learn(response) !== true) return { response, text }
    const again = await send(service, request)
    return { response: again, text: await again.text() }
  } catch (error) {
    throw new ServiceUnreachable(service.url, error)
  }
}

async function send(service: ServiceAt, request: ServiceRequest): Promise<Response> {
  const { method } = request
  const url = addressOf(service, request)
  const headers = { ...(await headersOf(service, { method, url })), ...request.headers }
  const body = request.body?.()
  // A redirect would take the token, and half of a stream, somewhere that nobody named.
  const streamed: RequestInit = body === undefined ? {} : { body, duplex: 'half' }
  return await fetch(url, { method, headers, redirect: 'manual', ...streamed })
}

function addressOf({ url }: ServiceAt, { path, query }: ServiceRequest): string {
  const search = query?.toString() ?? ''
  return `${url.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`
}

async function headersOf(
  { token, proofs, tenant }: ServiceAt,
  asked: { readonly method: string; readonly url: string },
): Promise<Record<string, string>> {
  return {
    ...(token !== undefined && { authorization: `${proofs ? 'DPoP' : 'Bearer'} ${token}` }),
    ...(proofs && { dpop: await proofs.prove(asked) }),
    ...(tenant !== undefined && { 'x-stella-tenant': tenant }),
  }
}
