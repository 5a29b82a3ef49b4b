import type { Violation } from '../errors.ts'
import type { SubjectInput } from '../identifiers/subject.ts'
import type { SaidEnvelope } from './batch-envelope.ts'
import { ObjectReader, type Spellings } from './object-reader.ts'
import { refusalOf } from './runtime-facts-errors.ts'

export interface StructuredBody {
  readonly said: SaidEnvelope
  readonly events: readonly unknown[]
}

const envelopeSpellings = {
  subject: ['subject'],
  callgraphId: ['callgraphId', 'callgraph_id'],
  events: ['events'],
  observation: ['observation'],
  analysisId: ['analysisId', 'analysis_id'],
  metadata: ['metadata'],
} as const satisfies Spellings

const subjectSpellings = {
  scanId: ['scanId', 'scan_id'],
  imageDigest: ['imageDigest', 'image_digest'],
  component: ['component'],
  version: ['version'],
} as const satisfies Spellings

const windowSpellings = { from: ['from'], to: ['to'], dropped: ['dropped'] } as const satisfies Spellings

/** The envelope of a structured body. Its events stay as they are: each is checked on its own, like a line. */
export function readEnvelope(body: unknown): StructuredBody {
  const violations: Violation[] = []
  const envelope = new ObjectReader(envelopeSpellings, { value: body, pointer: '', violations })
  const observation = envelope.member('observation')
  const window = new ObjectReader(windowSpellings, observation)
  // Who declares a window says both of its times: an empty one is not the same as none.
  const missing = observation.value === undefined ? undefined : ''
  const said: SaidEnvelope = {
    callgraphId: envelope.text('callgraphId'),
    subject: readSubject(new ObjectReader(subjectSpellings, envelope.member('subject'))),
    analysisId: envelope.text('analysisId'),
    observedFrom: window.text('from') ?? missing,
    observedTo: window.text('to') ?? missing,
    observationsDropped: window.count('dropped'),
    metadata: envelope.metadata('metadata'),
  }
  const events = envelope.list('events')
  if (violations.length > 0) throw refusalOf(violations)
  return { said, events }
}

function readSubject(subject: ObjectReader<keyof typeof subjectSpellings>): SubjectInput {
  return {
    scanId: subject.text('scanId'),
    imageDigest: subject.text('imageDigest'),
    component: subject.text('component'),
    version: subject.text('version'),
  }
}
