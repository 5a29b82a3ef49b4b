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
    },
    transform: describing(Problem, createJsonSchemaTransform({ schemaRegistry })),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  })
  app.get('/openapi.json', { config: { scope: 'none' }, schema: { hide: true } }, async () => app.swagger())
}

/** Adds what every route has, said once: its operation's name, its scope, and the problem document. */
function describing(Problem: z.ZodType, transform: SwaggerTransform): SwaggerTransform {
  const problem = { description: 'Refused', content: { 'application/problem+json': { schema: Problem } } }
  return (document) => {
    const { operation, scope } = document.route.config ?? {}
    const schema = {
      ...document.schema,
      ...(operation !== undefined && { operationId: operation }),
      ...(scope !== undefined && scope !== 'none' && { description: `Needs the scope \`${scope}\`.` }),
      response: { ...successOf(document.schema?.response), default: problem },
    }
    return transform({ ...document, schema })
  }
}

function successOf(response: unknown): object {
  return typeof response === 'object' && response !== null ? response : { 200: z.unknown() }
}
