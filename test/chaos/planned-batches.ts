import { type Draw, drawing, drawOne } from './draw.ts'
import type { PlannedGraph } from './planned-graphs.ts'

export interface PlannedEvent {
  readonly symbolId: string
  readonly hitCount: number
  readonly observedAt: string
  readonly processName?: string
}

export interface PlannedBatch {
  readonly key: string
  readonly subject: string
  /** Position of the subject's graph. */
  readonly graph: number
  readonly events: readonly PlannedEvent[]
  readonly form: 'lines' | 'envelope' | 'compressed lines'
  /** What its client does besides sending it until it is acknowledged. */
  readonly redelivery: 'none' | 'sent twice at once' | 'an older one is sent again'
}

export const subjectCount = 50

export function subjectNamed(position: number): string {
  return `image-${position}`
}

export function graphOf(subjectPosition: number, graphs: readonly PlannedGraph[]): number {
  return subjectPosition % graphs.length
}

/** The batch at a position, made anew whenever it is asked for: a long run need not keep them all. */
export function planBatch(seed: number, position: number, graphs: readonly PlannedGraph[]): PlannedBatch {
  const draw = drawing(seed, position)
  const subject = drawSubject(draw)
  const graph = graphOf(subject, graphs)
  const symbols = graphs[graph]?.nodes.map(({ id }) => id) ?? []
  // A symbol that no other batch has: it tells which batch was lost, or counted twice.
  const events = [eventOf(draw, markOf(position), 1)]
  for (let left = draw(12); left > 0; left -= 1) events.push(eventOf(draw, drawOne(draw, symbols), 1 + draw(4)))
  // Now and then so many that they do not fit the row, nor the fact one chunk.
  if (draw(300) === 0) for (let other = 0; other < 1_200; other += 1) events.push(eventOf(draw, `dynamic-${other}`, 1))
  return {
    key: `chaos-${position}`,
    subject: subjectNamed(subject),
    graph,
    events,
    form: drawOne(draw, ['lines', 'lines', 'envelope', 'compressed lines']),
    redelivery: drawOne(draw, [
      ...Array.from({ length: 8 }, () => 'none' as const),
      'sent twice at once',
      'an older one is sent again',
    ]),
  }
}

export function markOf(position: number): string {
  return `only-in-batch-${position}`
}

/** Three of ten go to five subjects: many writers of one subject, and many subjects at once. */
function drawSubject(draw: Draw): number {
  return draw(10) < 3 ? draw(5) : draw(subjectCount)
}

function eventOf(draw: Draw, symbolId: string, hitCount: number): PlannedEvent {
  const second = String(draw(60)).padStart(2, '0')
  const processName = draw(3) === 0 ? { processName: `process-${draw(3)}` } : {}
  return { symbolId, hitCount, observedAt: `2026-11-20T12:00:${second}.000Z`, ...processName }
}
