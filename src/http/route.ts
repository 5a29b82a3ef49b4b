import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Digest } from '../identifiers/digest.ts'
import type { Scope } from '../identifiers/scope.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Work } from '../load/pressure.ts'
import type { BodyPace } from './body-pace.ts'
import type { UploadSlot } from './large-uploads.ts'

/** The W3C trace that a request continues. */
export interface Trace {
  readonly traceId: string
  readonly spanId: string
}

/** A Fastify scope whose schemas are zod: the server, or what a plugin is handed. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** A set of routes: registered with a prefix, handed what it needs as plugin options. */
export type RoutePlugin<Deps extends object = Record<never, never>> = FastifyPluginAsync<
  Deps,
  RawServerDefault,
  ZodTypeProvider
>

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route but those of scope `none`. */
    tenant: Tenant
    /** Whoever its token is about. */
    principal: string | undefined
    correlationId: string
    /** Of `routeOptions`, which Fastify puts together anew whenever it is asked. */
    route: FastifyRequest['routeOptions']
    /** Inflated bytes that were read of its body. */
    bodyBytes: number | undefined
    /** How much longer its body may be waited for; undefined where that is not limited. */
    bodyPace: BodyPace | undefined
    /** Of the problem that it was answered with. */
    problemCode: string | undefined
    /** Of the inflated bytes, on routes of `strictJsonBodies`; undefined when there was no body. */
    bodyDigest: Digest | undefined
    /** On routes that count large uploads. */
    uploadSlot: UploadSlot | undefined
    /** On routes with `work`, once they were let in. */
    givePlaceBack: (() => void) | undefined
    /** Undefined when the client sent no valid `traceparent`. */
    trace: Trace | undefined
    /** What the caller may do; undefined when nothing narrows it. */
    grantedScopes: ReadonlySet<string> | undefined
  }
  interface FastifyContextConfig {
    /** Demanded of every route: without it the service does not start. */
    scope?: Scope | 'none'
    /** What it costs: refused while there is no room for it. A route without it is cheap, and always answered. */
    work?: Work
    /** Name of the operation in the OpenAPI document. */
    operation?: string
  }
}
