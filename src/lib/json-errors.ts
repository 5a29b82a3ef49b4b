import { ServiceError } from '../errors.ts'

export const jsonProblems = {
  JSON_MALFORMED: { status: 400, title: 'The text is not JSON' },
  JSON_INVALID_UTF8: { status: 400, title: 'The text is not UTF-8' },
  JSON_LONE_SURROGATE: { status: 400, title: 'A string has half of a surrogate pair' },
  JSON_TOO_DEEP: { status: 400, title: 'The JSON is nested too deeply' },
  JSON_DUPLICATE_MEMBER: { status: 400, title: 'An object has the same member twice' },
  JSON_FORBIDDEN_MEMBER: { status: 400, title: 'An object has a member of a name that is not allowed' },
  JSON_NUMBER_OUT_OF_RANGE: { status: 400, title: 'A number does not fit into a double' },
} as const

export class JsonError extends ServiceError<keyof typeof jsonProblems> {}
