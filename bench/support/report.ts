import { type Result, type Spread, spreadOf } from './claim.ts'

/** One line for programs; where nothing further is aimed at, the bar is the aim. */
export function jsonLine({ claim: { row, claim, bar, aim = bar }, ratio, holds }: Result): string {
  return JSON.stringify({ row, claim, ratio: rounded(ratio.median), bar, aim, holds })
}

export function textLines({ claim, rounds, ratio, holds }: Result): string[] {
  return [
    `${holds ? 'holds' : 'MISSES'}  ${claim.row}. ${claim.claim}: ${spreadText(ratio)} (${barText(claim)})`,
    `          ours      ${spreadText(spreadOf(rounds.ours))} ${rounds.unit}`,
    `          baseline  ${spreadText(spreadOf(rounds.baseline))} ${rounds.unit}: ${claim.against}`,
    ...(rounds.notes ?? []).map((note) => `          ${note}`),
  ]
}

/** One line of the table in `docs/performance.md`. */
export function tableLine({ claim, rounds, ratio, holds }: Result, date: string): string {
  const measured = `${spreadText(spreadOf(rounds.ours))} ${rounds.unit}`
  const baseline = `${claim.against}: ${spreadText(spreadOf(rounds.baseline))}`
  const cells = [String(claim.row), claim.claim, measured, baseline, spreadText(ratio), barText(claim)]
  return `| ${[...cells, holds ? 'yes' : '**no**', date].join(' | ')} |`
}

function barText({ better, bar }: Result['claim']): string {
  return `${better === 'higher' ? '≥' : '≤'} ${bar}`
}

/** Median, with the least and the most in brackets. */
function spreadText({ min, median, max }: Spread): string {
  return `${figure(median)} (${figure(min)}–${figure(max)})`
}

function figure(value: number): string {
  return rounded(value).toString()
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
