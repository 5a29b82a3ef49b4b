import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { HttpError } from './http-errors.ts'
import { violationsOf } from './violations.ts'

/** Checks a part of a request with its zod schema; a refusal is a ServiceError that says where and what. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (part: unknown) => {
    const checked = schema.safeParse(part)
    return checked.success ? { value: checked.data } : { error: refusalOf(httpPart, checked.error) }
  }
}

function refusalOf(httpPart: string | undefined, { issues }: z.ZodError): HttpError {
  const violations = violationsOf(issues)
  const code = httpPart === 'querystring' ? 'QUERY_INVALID' : 'REQUEST_INVALID'
  const [first] = violations
  const place = first?.pointer ? `${httpPart} ${first.pointer}` : (httpPart ?? 'request')
  return new HttpError(code, `${place}: ${first?.message ?? 'is not valid'}`, { violations })
}

/** For bodies that are streams which nobody has read yet: their schema is for readers of the OpenAPI document. */
export const validateAllButBody: typeof validatorCompiler = (part) =>
  part.httpPart === 'body' ? (body: unknown) => ({ value: body }) : validatorCompiler(part)
