import type { FactUpdated } from './fact-updated.ts'
import type { FactFigures, SlimEvent } from './outbox.ts'

const noFigures: FactFigures = {
  bucket: null,
  weight: null,
  stateCount: 0,
  score: 0,
  unknownsCount: 0,
  unknownsPressure: 0,
  averageConfidence: 0,
  callgraphIds: [],
  // Of what is erased nothing is known; never that it was safe.
  verdict: 'unknown',
}

/** What is left of an event when its subject is erased: that there was this version, so that no reader misses one. */
export function redactEvent(event: FactUpdated): FactUpdated {
  const { change, computedAt } = event.summary
  return { ...event, summary: { ...noFigures, targets: [], analysisIds: [], change, computedAt, erased: true } }
}

/** The same of one that still waits in its row. */
export function redactSlimEvent({ id, version, digest, time, change }: SlimEvent): SlimEvent {
  return { id, version, digest, time, change, figures: noFigures, erased: true }
}
