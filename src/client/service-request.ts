import type { ReadableStream } from 'node:stream/web'
import { ServiceRefusal, ServiceUnreachable } from './service-failures.ts'

/** Where a service is, and on whose behalf it is asked. */
export interface ServiceAt {
  readonly url: string
  readonly token?: string | undefined
  readonly tenant?: string | undefined
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST'
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
    const { method } = request
    const headers = { ...headersOf(service), ...request.headers }
    const body = request.body?.()
    // A redirect would take the token, and half of a stream, somewhere that nobody named.
    const streamed: RequestInit = body === undefined ? {} : { body, duplex: 'half' }
    const response = await fetch(addressOf(service, request), { method, headers, redirect: 'manual', ...streamed })
    return { response, text: await response.text() }
  } catch (error) {
    throw new ServiceUnreachable(service.url, error)
  }
}

function addressOf({ url }: ServiceAt, { path, query }: ServiceRequest): string {
  const search = query?.toString() ?? ''
  return `${url.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`
}

function headersOf({ token, tenant }: ServiceAt): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(tenant !== undefined && { 'x-stella-tenant': tenant }),
  }
}
