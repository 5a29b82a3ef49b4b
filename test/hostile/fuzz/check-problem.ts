import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { ProblemKind } from '../../../src/errors.ts'
import { problems } from '../../../src/problems.ts'
import type { Flaw } from './finding.ts'
import type { MadeRequest } from './make-request.ts'
import { parsedJson } from './parsed-json.ts'
import type { Answer } from './send-request.ts'

const kinds: Readonly<Record<string, ProblemKind>> = problems

interface ProblemMembers {
  readonly type: string
  readonly status: number
  readonly detail: string
  readonly error: string
  readonly instance: string
  readonly code: string
  readonly correlationId: string
}

/** RFC 9457 with all that is promised of it: every refusal of every route is one. */
export function checkProblem(validate: ValidateFunction, made: MadeRequest, answer: Answer, text: string): Flaw[] {
  const { status, headers } = answer
  const flaw = (what: string): Flaw => ({
    kind: 'malformed-problem',
    what: `${status}: ${what}`,
    detail: text.slice(0, 600),
  })
  // The one refusal that is no error: who asks whether to send requests here is told of each dependency.
  if (made.path === '/readyz' && status === 503) return []
  if (headers['content-type'] !== 'application/problem+json') return [flaw(`is ${headers['content-type']}`)]
  const document = parsedJson(text)
  if (!validate(document)) return [flaw(validate.errors?.[0]?.message ?? 'is none')]
  const problem = document as ProblemMembers
  const expected: Partial<ProblemMembers> = {
    type: `urn:signals:problem:${problem.code.toLowerCase().replaceAll('_', '-')}`,
    status,
    error: problem.detail,
    instance: made.path.split('?', 1)[0] ?? '/',
    correlationId: String(headers['x-correlation-id']),
  }
  const wrong = Object.entries(expected).filter(([name, value]) => problem[name as keyof ProblemMembers] !== value)
  return [
    ...wrong.map(([name, value]) =>
      flaw(`its ${name} is not what it should be${name === 'instance' ? '' : `: ${value}`}`),
    ),
    ...(kinds[problem.code]?.status === status ? [] : [flaw(`${problem.code} has another status`)]),
    ...(problem.detail.trim() === '' ? [flaw('says nothing')] : []),
    ...(text.length > 64 * 1024 + 4 * made.path.length ? [flaw('is longer than anybody reads')] : []),
  ]
}
