import type { ValidateFunction } from 'ajv/dist/2020.js'
import { isBelowRoutes } from './check-headers.ts'
import { checkProblem } from './check-problem.ts'
import type { DescribedAnswers } from './described-answers.ts'
import type { Flaw } from './finding.ts'
import type { MadeRequest } from './make-request.ts'
import { parsedJson } from './parsed-json.ts'
import type { Answer } from './send-request.ts'
import type { Operation } from './surface.ts'

export interface DescriptionDeps {
  readonly answers: DescribedAnswers
  /** By method and path. */
  readonly operationOf: (method: string, path: string) => Operation | undefined
}

/** Whether the document has an answer like it: its status, its content type, and its members. */
export function checkDescription(
  { answers, operationOf }: DescriptionDeps,
  made: MadeRequest,
  answer: Answer,
  text: string,
): Flaw[] {
  const { status, headers } = answer
  if (isBelowRoutes(answer)) return []
  const isHead = made.method === 'HEAD'
  const operation = operationOf(isHead ? 'GET' : made.method, made.drawn.path)
  const type = headers['content-type']?.split(';', 1)[0]
  if (status >= 400) return isHead ? [] : checkProblem(answers.problem, made, answer, text)
  if (!operation) return isOpenPage(made.path) ? [] : [undescribed(made, status, type)]
  const description = answers.find(operation, status)
  if (!description) return [undescribed(made, status, type)]
  if (description.types.length === 0) return text === '' ? [] : [undescribed(made, status, `body of ${type}`)]
  if (type === undefined || !description.types.includes(type)) return [undescribed(made, status, type)]
  const validate = description.validatorOf(type)
  // Part of a document is none.
  if (isHead || !validate || status === 206) return []
  return checkJson(validate, made, { status, text })
}

/** Pages for people, and the document itself. */
export function isOpenPage(path: string): boolean {
  return /^\/(docs|openapi\.json)/.test(path)
}

function undescribed({ method }: MadeRequest, status: number, type = 'nothing'): Flaw {
  return { kind: 'undescribed', what: `${method} answered ${status} with ${type}`, detail: '' }
}

function checkJson(
  validate: ValidateFunction,
  { method }: MadeRequest,
  { status, text }: { status: number; text: string },
): Flaw[] {
  const parsed = parsedJson(text)
  if (parsed === undefined)
    return [{ kind: 'outside-schema', what: `${method} ${status} is no JSON`, detail: text.slice(0, 300) }]
  if (validate(parsed)) return []
  const [first] = validate.errors ?? []
  const place = first?.instancePath.replace(/\/\d+(?=\/|$)/g, '/*') ?? ''
  const what = `${method} ${status}: ${place} ${first?.message ?? ''} ${JSON.stringify(first?.params ?? {})}`
  return [{ kind: 'outside-schema', what, detail: JSON.stringify(validate.errors).slice(0, 600) }]
}
