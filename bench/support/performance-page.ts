const tableHead = [
  '| row | claim | ours | against | ratio | bar | holds | measured |',
  '|---|---|---|---|---|---|---|---|',
]
const opening = '<!-- measured: written by npm run bench -- --write -->'
const closing = '<!-- end of measured -->'

export interface MeasuredPart {
  readonly line: string
  readonly machine: string
}

/** The page with a row's line in it; other rows' lines, and what people wrote, stay. */
export function withMeasured(page: string, { line, machine }: MeasuredPart): string {
  const [before, rest] = cut(page, opening)
  const [measured, after] = cut(rest, closing)
  const kept = new Map(
    measured
      .split('\n')
      .filter(isRow)
      .map((known) => [claimOf(known), known]),
  )
  kept.set(claimOf(line), line)
  const rows = [...kept.values()].sort((one, other) => rowOf(one) - rowOf(other))
  return `${before}${opening}\n${[...tableHead, ...rows].join('\n')}\n\n${machine}\n${closing}${after}`
}

function cut(text: string, mark: string): [string, string] {
  const place = text.indexOf(mark)
  if (place === -1) throw new Error(`the page has no line ${mark}`)
  return [text.slice(0, place), text.slice(place + mark.length)]
}

function isRow(line: string): boolean {
  return /^\| \d/.test(line)
}

function rowOf(line: string): number {
  return Number(line.split('|')[1])
}

function claimOf(line: string): string {
  return line.split('|').slice(1, 3).join('|')
}
