import { styleText } from 'node:util'
import type { DemoRow } from './rows.ts'

const columns = [
  { title: 'target', width: 40, text: (row: DemoRow) => shortName(row.target) },
  { title: 'verdict', width: 11, text: (row: DemoRow) => row.verdict },
  { title: 'why', width: 32, text: (row: DemoRow) => row.why },
  { title: 'bucket', width: 11, text: (row: DemoRow) => row.bucket },
  { title: 'score', width: 6, text: (row: DemoRow) => row.score.toFixed(3) },
  { title: 'seen', width: 9, text: (row: DemoRow) => (row.seen === 0 ? '–' : `${row.seen}×`) },
  { title: 'path', width: 60, text: (row: DemoRow) => pathText(row.path) },
] as const

const colourOf: Readonly<Record<string, 'red' | 'yellow' | 'green' | 'cyan'>> = {
  observed: 'red',
  reachable: 'yellow',
  unknown: 'cyan',
  unreachable: 'green',
}

/** The rows as a person reads them; colours only where `isColoured`. */
export function tableOf(rows: readonly DemoRow[], isColoured: boolean): string {
  const heading = columns
    .map(({ title, width }) => title.padEnd(width))
    .join('  ')
    .trimEnd()
  const lines = rows.map((row) => lineOf(row, isColoured))
  return [heading, '─'.repeat(heading.length + 56), ...lines].join('\n')
}

function lineOf(row: DemoRow, isColoured: boolean): string {
  const cells = columns.map(({ title, width, text }) => {
    const cell = fit(text(row), width)
    const colour = colourOf[row.verdict]
    return isColoured && colour && title === 'verdict' ? styleText(colour, cell, { validateStream: false }) : cell
  })
  return cells.join('  ').trimEnd()
}

function pathText(path: readonly string[]): string {
  if (path.length === 0) return 'no path'
  const [first = '', ...rest] = path.map(shortName)
  const last = rest.at(-1)
  if (last === undefined) return `${first} is an entry point`
  const between = rest.length > 1 ? ` → … ${rest.length - 1} more …` : ''
  return `${first}${between} → ${last}`
}

/** Package paths are cut, so that the part that differs is seen. */
function shortName(id: string): string {
  return id.replaceAll(/(?:[\w.-]+\/){2,}/g, '').replaceAll(/(?:\b[a-z]\w*\.)+(?=[A-Z])/g, '')
}

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`
}
