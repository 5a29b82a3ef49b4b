import type { ObservationWindow } from '../evidence/evidence.ts'
import {
  type IdentifiedSubject,
  identifySubject,
  type SubjectInput,
  type SubjectPlaces,
} from '../identifiers/subject.ts'
import { parseTimestamp } from '../identifiers/timestamp.ts'
import { checkText } from './check-text.ts'
import { type RuntimeFactsCode, RuntimeFactsError } from './runtime-facts-errors.ts'

/** What a batch says of itself, as the client wrote it: in the body, in the query, or in headers. */
export interface SaidEnvelope {
  readonly callgraphId?: string | undefined
  readonly subject?: SubjectInput | undefined
  /** Where its subject stands, if not in the body. */
  readonly subjectPlaces?: SubjectPlaces
  readonly analysisId?: string | undefined
  readonly observedFrom?: string | undefined
  readonly observedTo?: string | undefined
  readonly observationsDropped?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly source?: string | undefined
}

/** The same, settled: what the whole batch is about. */
export interface BatchEnvelope extends IdentifiedSubject {
  readonly callgraphId: string
  readonly analysisId?: string
  readonly window?: ObservationWindow
  readonly metadata?: Readonly<Record<string, string>>
  readonly source?: string
}

/** Refuses in the order that the runbook promises: callgraph, subject, and only then the rest. */
export function settleEnvelope(said: SaidEnvelope): BatchEnvelope {
  const callgraphId = cleanMember('callgraphId', said.callgraphId)
  if (callgraphId === undefined) throw refusedAt('callgraphId', 'CALLGRAPH_ID_REQUIRED', 'callgraphId is required')
  const subject = identifySubject(said.subject ?? {}, said.subjectPlaces)
  const analysisId = cleanMember('analysisId', said.analysisId)
  const window = settleWindow(said)
  const source = cleanMember('source', said.metadata?.[sourceKey] ?? said.source)
  return {
    ...subject,
    callgraphId,
    ...(analysisId !== undefined && { analysisId }),
    ...(window && { window }),
    ...(said.metadata && { metadata: said.metadata }),
    ...(source !== undefined && { source }),
  }
}

/** Where an envelope's or an event's metadata names who observed. */
export const sourceKey = 'provenance.source'

function cleanMember(name: string, said: string | undefined): string | undefined {
  const { text, problem } = checkText(said)
  if (problem) throw refusedAt(name, 'ENVELOPE_INVALID', `${name}: ${problem.message}`)
  return text
}

function refusedAt(name: string, code: RuntimeFactsCode, message: string): RuntimeFactsError {
  return new RuntimeFactsError(code, message, { violations: [{ code, message, pointer: `/${name}` }] })
}

function settleWindow(said: SaidEnvelope): ObservationWindow | undefined {
  const { observedFrom, observedTo, observationsDropped: dropped } = said
  if (observedFrom === undefined && observedTo === undefined) return undefined
  const from = parseTimestamp(observedFrom ?? '')
  const to = parseTimestamp(observedTo ?? '')
  if (from === undefined || to === undefined) {
    throw invalidWindow('an observation window has two RFC 3339 times with offsets')
  }
  if (from > to) throw invalidWindow('an observation window ends after it begins')
  if (dropped !== undefined && !(Number.isSafeInteger(dropped) && dropped >= 0)) {
    throw invalidWindow('the number of dropped observations is a whole number')
  }
  return { from, to, ...(dropped !== undefined && { dropped }) }
}

function invalidWindow(message: string): RuntimeFactsError {
  return new RuntimeFactsError('OBSERVATION_INVALID', message)
}
