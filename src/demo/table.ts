import { styleText } from 'node:util'
import type { DemoRow } from './rows.ts'

const columns = [
  { title: 'verdict', width: 11, text: (row: DemoRow) => row.verdict },
  { title: 'target', width: 44, text: (row: DemoRow) => shortName(row.target) },
  { title: 'bucket', width: 11, text: (row: DemoRow) => row.bucket },
  { title: 'score', width: 5, text: (row: DemoRow) => row.score.toFixed(3) },
  { title: 'seen at runtime', width: 15, text: (row: DemoRow) => (row.seen === 0 ? 'never' : times(row.seen)) },
] as const

const verdictColumn = 13

const colourOf: Readonly<Record<string, 'red' | 'yellow' | 'green' | 'cyan'>> = {
  observed: 'red',
  reachable: 'yellow',
  unknown: 'cyan',
  unreachable: 'green',
}

/** The rows as a person reads them, why and by which path below each; colours only where `isColoured`. */
export function tableOf(rows: readonly DemoRow[], isColoured: boolean): string {
  const heading = columns.map(({ title, width }) => title.padEnd(width)).join('  ')
  return [heading.trimEnd(), '─'.repeat(heading.length), ...rows.flatMap((row) => linesOf(row, isColoured))].join('\n')
}

function linesOf(row: DemoRow, isColoured: boolean): [string, string] {
  const cells = columns.map(({ width, text }) => cut(text(row), width).padEnd(width))
  const line = cells.join('  ').trimEnd()
  const why = `${' '.repeat(verdictColumn)}${row.why} · ${pathText(row.path)}`
  const colour = colourOf[row.verdict]
  if (!isColoured || !colour) return [line, why]
  const verdict = styleText(colour, line.slice(0, verdictColumn), { validateStream: false })
  return [verdict + line.slice(verdictColumn), styleText('dim', why, { validateStream: false })]
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count.toString()} times`
}

function pathText(path: readonly string[]): string {
  const [first, ...rest] = path.map(shortName)
  if (first === undefined) return 'no path'
  const last = rest.pop()
  if (last === undefined) return 'an entry point itself'
  return [first, ...(rest.length > 0 ? [`… ${rest.length} more …`] : []), last].join(' → ')
}

/** Package paths are cut, so that the part that differs is seen. */
function shortName(id: string): string {
  return id.replaceAll(/(?:[\w.-]+\/){2,}/g, '').replaceAll(/(?:\b[a-z]\w*\.){2,}(?=[A-Z])/g, '')
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
