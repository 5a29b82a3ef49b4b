import { ServiceError, type Violation } from '../errors.ts'
import { jsonProblems } from '../lib/strict-json.ts'

/** What can be wrong with one event, wherever it stood. The whole request bears the code of the first when nothing is kept. */
export const runtimeEventProblems = {
  SYMBOL_ID_REQUIRED: { status: 400, title: 'An event names no symbol' },
  EVENT_NOT_AN_OBJECT: { status: 400, title: 'An event is not a JSON object' },
  FIELD_SAID_TWICE: { status: 400, title: 'A field stands in both spellings on one object' },
  FIELD_TYPE_INVALID: { status: 400, title: 'A field has a value of another type' },
  FIELD_TOO_LONG: { status: 400, title: 'A field is longer than allowed' },
  FIELD_CHARACTER_INVALID: { status: 400, title: 'A field has a control character or half a surrogate pair' },
  HIT_COUNT_OUT_OF_RANGE: { status: 400, title: 'A hit count is below 1 or above 2^53-1' },
  TIME_INVALID: { status: 400, title: 'A time is not RFC 3339 with an offset' },
  METADATA_TOO_LARGE: { status: 400, title: 'Metadata has too many keys, or one that is too long' },
  LINE_TOO_LONG: { status: 400, title: 'A line is longer than allowed' },
} as const

export type EventProblem = keyof typeof runtimeEventProblems

export const runtimeFactsProblems = {
  ...runtimeEventProblems,
  CALLGRAPH_ID_REQUIRED: { status: 400, title: 'The request names no callgraph' },
  // The observer may be ahead of the scanner: it keeps the batch and tries again.
  CALLGRAPH_NOT_FOUND: { status: 404, title: 'No such call graph', retryable: true },
  RUNTIME_FACTS_EMPTY: { status: 400, title: 'The request has no runtime fact' },
  MEMBER_UNKNOWN: { status: 400, title: 'The envelope has a member that is not known' },
  ENVELOPE_INVALID: { status: 400, title: 'The envelope of the runtime facts is not usable' },
  ARRAY_MALFORMED: { status: 400, title: 'The JSON array of events is malformed' },
  SUBJECT_NOT_SYNTHETIC: { status: 400, title: 'Synthetic facts are for synthetic subjects only' },
  OBSERVATION_INVALID: { status: 400, title: 'The observation window is not usable' },
  TOOL_OUTPUT_MALFORMED: { status: 400, title: 'The output of the tool cannot be read' },
  RUNTIME_FORMAT_MISMATCH: {
    status: 422,
    title: 'The output of one tool was posted for a graph that another one speaks of',
  },
  BATCH_TOO_LARGE: { status: 413, title: 'The batch has more distinct symbols than allowed' },
} as const

/** A request of which nothing is kept bears the code of what was wrong first, and that may be its JSON. */
export type RuntimeFactsCode = keyof typeof runtimeFactsProblems | keyof typeof jsonProblems

export class RuntimeFactsError extends ServiceError<RuntimeFactsCode> {}

/** One problem for many: it bears the code and the message of the first, and lists them all. */
export function refusalOf(violations: readonly Violation[]): RuntimeFactsError {
  const [first] = violations
  const code = first && isRuntimeFactsCode(first.code) ? first.code : 'ENVELOPE_INVALID'
  return new RuntimeFactsError(code, first?.message ?? 'the request is not valid', { violations })
}

function isRuntimeFactsCode(code: string): code is RuntimeFactsCode {
  return Object.hasOwn(runtimeFactsProblems, code) || Object.hasOwn(jsonProblems, code)
}
