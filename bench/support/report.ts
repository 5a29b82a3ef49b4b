import { inspect } from 'node:util'
import { type Result, type Spread, spreadOf } from './claim.ts'
import type { RowOutcome } from './run-rows.ts'

/** For programs: one line a result, and one for a row that has none. */
export function jsonLines(outcome: RowOutcome): string[] {
  if (outcome.kind === 'measured') return [JSON.stringify(jsonOf(outcome.result))]
  return outcome.kind === 'failed' ? [JSON.stringify({ name: outcome.row.name, error: String(outcome.error) })] : []
}

export function textLines(outcome: RowOutcome): readonly string[] {
  switch (outcome.kind) {
    case 'measured':
      return resultLines(outcome.result)
    case 'profiled':
      return outcome.spots
    case 'failed':
      return [`FAILED  ${outcome.row.name}: ${inspect(outcome.error)}`]
    case 'ended':
      return [`        ${outcome.row.name} took ${outcome.seconds.toFixed(0)} s`]
  }
}

/** One line of the table in `docs/performance.md`. */
export function tableLine({ claim, rounds, ratio, holds }: Result, measured: string): string {
  const ours = `${spreadText(spreadOf(rounds.ours))} ${rounds.unit}`
  const baseline = `${claim.against}: ${spreadText(spreadOf(rounds.baseline))}`
  const cells = [String(claim.row), claim.claim, ours, baseline, spreadText(ratio), barText(claim)]
  const when = rounds.scaledDown === undefined ? measured : `${measured}; ${rounds.scaledDown}`
  return `| ${[...cells, holds ? 'holds' : '**missed**', when].join(' | ')} |`
}

/** Where nothing further is aimed at, the bar is the aim. */
function jsonOf({ claim: { row, claim, bar, aim = bar }, ratio, holds }: Result): object {
  return { row, claim, ratio: rounded(ratio.median), bar, aim, holds }
}

function resultLines({ claim, rounds, ratio, holds }: Result): string[] {
  const { notes = [], scaledDown } = rounds
  return [
    `${holds ? 'holds ' : 'MISSED'}  ${claim.row}. ${claim.claim}: ${spreadText(ratio)} (${barText(claim)})`,
    `          ours      ${spreadText(spreadOf(rounds.ours))} ${rounds.unit}`,
    `          baseline  ${spreadText(spreadOf(rounds.baseline))} ${rounds.unit}: ${claim.against}`,
    ...notes.map((note) => `          ${note}`),
    ...(scaledDown === undefined ? [] : [`          scaled down: ${scaledDown}`]),
  ]
}

function barText({ better, bar }: Result['claim']): string {
  return `${better === 'higher' ? '≥' : '≤'} ${bar}`
}

/** Median, with the least and the most in brackets. */
export function spreadText({ min, median, max }: Spread): string {
  return `${figure(median)} (${figure(min)}–${figure(max)})`
}

export function figure(value: number): string {
  return rounded(value).toString()
}

export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
