import { ServiceError, type Violation } from '../errors.ts'

export const callgraphProblems = {
  // An observer may be ahead of the scanner: it keeps the batch and tries again.
  CALLGRAPH_NOT_FOUND: { status: 404, title: 'No such call graph', retryable: true },
  CALLGRAPH_FORMAT_UNRECOGNISED: { status: 415, title: 'The content is in none of the formats that are read' },
  FORMAT_UNKNOWN: { status: 400, title: 'No format has this name' },
  CALLGRAPH_EMPTY: { status: 400, title: 'The call graph has no nodes' },
  CALLGRAPH_MALFORMED: { status: 400, title: 'The call graph cannot be read' },
  CALLGRAPH_INVALID: { status: 400, title: 'The call graph has a value that is not allowed' },
  CALLGRAPH_TOO_LARGE: { status: 413, title: 'The call graph is too large' },
} as const

export class CallgraphError extends ServiceError<keyof typeof callgraphProblems> {}

export type ValueFault =
  | 'ID_AMBIGUOUS'
  | 'ID_MISSING'
  | 'ID_EMPTY'
  | 'ID_TOO_LONG'
  | 'META_REPEATED'
  | 'PATH_ABSOLUTE'
  | 'TEXT_NOT_UNICODE'
  | 'TEXT_TOO_LONG'
  | 'TYPE_WRONG'
  | 'VALUE_UNKNOWN'

/** A value of the graph that may not be so; `pointer` is relative until `located` says where the record stands. */
export function invalidValue(code: ValueFault, message: string, pointer = ''): CallgraphError {
  return new CallgraphError('CALLGRAPH_INVALID', message, { violations: [{ code, message, pointer }] })
}

export function malformed(message: string, place: Omit<Violation, 'code' | 'message'>): CallgraphError {
  const violation: Violation = { code: 'CALLGRAPH_MALFORMED', message, ...place }
  return new CallgraphError('CALLGRAPH_MALFORMED', message, { violations: [violation] })
}
