import type { FastifyRequest } from 'fastify'
import { sha256Of } from '../identifiers/digest.ts'
import { admitUploads } from './admit-uploads.ts'
import { HttpError } from './http-errors.ts'
import { type JsonBodyLimit, strictJsonOf } from './json-body.ts'
import { type BodyLimit, openBody, readWhole } from './request-body.ts'
import type { HttpServer } from './route.ts'

/** Routes of this scope take JSON and nothing else: `request.body` is the checked document, undefined when nothing was sent. */
export function strictJsonBodies(app: HttpServer, limit: JsonBodyLimit): void {
  app.removeAllContentTypeParsers()
  if (limit.uploads) admitUploads(app, limit.uploads)
  if (!app.hasRequestDecorator('bodyDigest')) app.decorateRequest('bodyDigest', undefined)
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: FastifyRequest['raw']) => {
    if (!isJson(request.headers['content-type'])) {
      throw new HttpError('CONTENT_TYPE_UNSUPPORTED', 'the content type must be application/json')
    }
    const bytes = await readWhole(admittedBody(request, payload, limit), limit)
    request.bodyDigest = sha256Of(bytes)
    return strictJsonOf(bytes, limit)
  })
}

/** Routes of this scope read bodies of any content type themselves, by `bodyStream(request)`. */
export function streamedBodies(app: HttpServer, limit: BodyLimit): void {
  app.removeAllContentTypeParsers()
  if (limit.uploads) admitUploads(app, limit.uploads)
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: FastifyRequest['raw']) =>
    admittedBody(request, payload, limit),
  )
}

function admittedBody(
  request: FastifyRequest,
  payload: FastifyRequest['raw'],
  limit: BodyLimit,
): AsyncIterable<Buffer> {
  const body = counted(request, openBody(payload, request.headers, { ...limit, pace: request.bodyPace }))
  return request.uploadSlot?.admit(body) ?? body
}

async function* counted(request: FastifyRequest, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    request.bodyBytes = (request.bodyBytes ?? 0) + chunk.length
    yield chunk
  }
}

/** The inflated bytes of a request to a route of `streamedBodies`; none when it has no body. */
export function bodyStream({ body }: { readonly body: unknown }): AsyncIterable<Buffer> {
  return isByteStream(body) ? body : nothing()
}

/** Lower-case media type without parameters; undefined when the header is absent. */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase()
}

function isJson(contentType: string | undefined): boolean {
  const type = mediaTypeOf(contentType)
  return type === undefined || type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)
}

function isByteStream(body: unknown): body is AsyncIterable<Buffer> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

async function* nothing(): AsyncGenerator<Buffer> {}
