import swagger, { type SwaggerTransform } from '@fastify/swagger'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ProblemTable } from '../errors.ts'
import { problemSchema } from './problem-schema.ts'
import type { HttpServer } from './route.ts'

export interface OpenApiDeps {
  readonly problems: ProblemTable
  readonly version: string
  /** What clients see; the document names no server when absent. */
  readonly publicUrl?: string | undefined
}

/** Describes every route registered after it, from the schemas that also check it, at `/openapi.json`. */
export async function describeRoutes(app: HttpServer, { problems, version, publicUrl }: OpenApiDeps): Promise<void> {
  const schemaRegistry = z.registry<{ id: string }>()
  const Problem = problemSchema(problems)
  schemaRegistry.add(Problem, { id: 'Problem' })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      ...(publicUrl !== undefined && { servers: [{ url: publicUrl }] }),
      info: {
        title: 'Signals',
        version,
        description: 'Reachability signals: what could be called, what was called, and how sure we are.',
      },
      components: { securitySchemes: { bearer, dpop } },
    },
    transform: describing(Problem, createJsonSchemaTransform({ schemaRegistry })),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  })
  app.get('/openapi.json', { config: { scope: 'none' }, schema: { hide: true } }, async () => app.swagger())
}

const bearer = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'A token of the configured issuer. With authentication off none is asked for.',
} as const

const dpop = {
  type: 'http',
  scheme: 'DPoP',
  bearerFormat: 'JWT',
  description:
    'A token that is bound to a key of the client, with a proof of possession in the header DPoP (RFC 9449).',
} as const

/** Adds what every route has, said once: its operation's name, its scope, and the problem document. */
function describing(Problem: z.ZodType, transform: SwaggerTransform): SwaggerTransform {
  return (document) => {
    const { operation, scope = 'none', work } = document.route.config ?? {}
    const isOpen = scope === 'none'
    const schema = {
      ...document.schema,
      ...(operation !== undefined && { operationId: operation }),
      ...(!isOpen && { description: `Needs the scope \`${scope}\`.` }),
      security: isOpen ? [] : [{ bearer: [scope] }, { dpop: [scope] }],
      response: {
        ...successOf(document.schema?.response),
        ...(!isOpen && refusals(Problem)),
        ...(!isOpen && {
          429: { ...problemResponse(Problem, 'Too many requests of one client'), headers: retryAfter },
        }),
        ...(work && { 503: { ...problemResponse(Problem, 'Not now'), headers: retryAfter } }),
        default: problemResponse(Problem, 'Refused'),
      },
    }
    const described = transform({ ...document, schema })
    return {
      ...described,
      schema: { ...described.schema, response: withHeaders(described.schema.response, schema.response) },
    }
  }
}

/** The transform knows contents only: what it leaves out of each response is put back. */
function withHeaders(responses: unknown, said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(responses ?? {}).map(([status, response]: [string, unknown]) => {
    const source = said[status]
    const isHeaded = typeof source === 'object' && source !== null && 'headers' in source
    return [status, isHeaded ? { ...Object(response), headers: source.headers } : response]
  })
  return Object.fromEntries(entries)
}

const retryAfter = {
  'Retry-After': { type: 'integer', description: 'Seconds until it is worth asking again: RFC 9110, 10.2.3' },
}

/** What every route but the open ones answers to whom it does not let in. */
function refusals(Problem: z.ZodType): object {
  const challenge = { 'WWW-Authenticate': { type: 'string', description: 'RFC 6750, 3, and RFC 9449, 7.1' } }
  const nonce = { 'DPoP-Nonce': { type: 'string', description: 'What the next proof has to hold: RFC 9449, 9' } }
  return {
    401: { ...problemResponse(Problem, 'No token, or none that is good'), headers: { ...challenge, ...nonce } },
    403: { ...problemResponse(Problem, 'The token lacks the scope or the tenant'), headers: challenge },
  }
}

function problemResponse(Problem: z.ZodType, description: string): object {
  return { description, content: { 'application/problem+json': { schema: Problem } } }
}

function successOf(response: unknown): object {
  return typeof response === 'object' && response !== null ? response : { 200: z.unknown() }
}
