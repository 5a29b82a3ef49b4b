import { figure, spreadText } from '../support/report.ts'
import type { SoakVerdict } from './judge-soak.ts'
import { linesInBatch } from './soak-load.ts'

/** The verdict last, in a line of its own. */
export function soakLines(verdict: SoakVerdict): string[] {
  const { minutes, capacity, rate, keptUp, refused, missed } = verdict
  return [
    `soak of ${minutes} minutes: ${figure(rate)} batches a second of ${linesInBatch} lines, of a capacity of ${figure(capacity)}`,
    `          kept up   ${figure(100 * keptUp)} %, ${refused} refused`,
    `          memory    ${figure(verdict.rssPercentPerMinute)} % a minute (≤ 1), ${spreadText(verdict.rssMegabytes)} MB`,
    `          outbox    ${spreadText(verdict.outboxAgeSeconds)} s old, ${figure(verdict.outboxAgeRiseSeconds)} s older at the end (≤ 1)`,
    `          not folded ${spreadText(verdict.pendingEvidence)} batches`,
    `          event-loop delay p99 ${spreadText(verdict.eventLoopDelayP99Ms)} ms`,
    missed.length === 0 ? 'holds   soak' : `MISSED  soak: ${missed.join('; ')}`,
  ]
}

export function soakJson(verdict: SoakVerdict): string {
  return JSON.stringify({ row: 'soak', ...verdict, holds: verdict.missed.length === 0 })
}
