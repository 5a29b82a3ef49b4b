import { invalidValue } from '../callgraph-errors.ts'
import { GrowingColumn } from './growing-column.ts'

/** `file:startLine:startColumn:endLine:endColumn`; undefined where the tool prints `?`. */
export interface JellyLocation {
  readonly file: number | undefined
  readonly startLine: number | undefined
  readonly startColumn: number | undefined
  readonly endLine: number | undefined
  readonly endColumn: number | undefined
}

const pattern = /^(\d+|\?):(\d+|\?):(\d+|\?):(\d+|\?):(\d+|\?)$/
const unknown = 0xffffffff
/** So that line and column together are a whole number that a double holds. */
const columns = 2 ** 26

export function isJellyLocation(value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value)
}

export function parseLocation(value: unknown): JellyLocation {
  const match = typeof value === 'string' ? pattern.exec(value) : undefined
  if (!match) throw invalidValue('TYPE_WRONG', 'a location must be file:line:column:line:column')
  const [file, startLine, startColumn, endLine, endColumn] = match.slice(1).map(numberOf)
  return { file, startLine, startColumn, endLine, endColumn }
}

function numberOf(text: string): number | undefined {
  if (text === '?') return undefined
  const number = Number(text)
  if (number >= columns) throw invalidValue('TYPE_WRONG', 'a location is out of range')
  return number
}

/** The location with the file's name in the place of its number: what the tool calls the function, and anybody can say. */
export function nameOfPlace(file: string, { startLine, startColumn, endLine, endColumn }: JellyLocation): string {
  return [file, ...[startLine, startColumn, endLine, endColumn].map((number) => number ?? '?')].join(':')
}

/** Both ends as numbers that compare as places do; undefined when one is not known. */
export function extentOf(location: JellyLocation): { readonly start: number; readonly end: number } | undefined {
  const { startLine, startColumn, endLine, endColumn } = location
  if (startLine === undefined || startColumn === undefined) return undefined
  if (endLine === undefined || endColumn === undefined) return undefined
  return { start: startLine * columns + startColumn, end: endLine * columns + endColumn }
}

/** Locations by their number, five columns instead of an object each. */
export class JellyLocations {
  readonly #columns = Array.from({ length: 6 }, () => new GrowingColumn())

  get length(): number {
    return this.#column(0).length
  }

  add(number: number, { file, startLine, startColumn, endLine, endColumn }: JellyLocation): void {
    for (const [at, value] of [number, file, startLine, startColumn, endLine, endColumn].entries()) {
      this.#column(at).push(value ?? unknown)
    }
  }

  *entries(): Generator<readonly [number, JellyLocation]> {
    for (let row = 0; row < this.length; row += 1) {
      const [number = 0, ...place] = this.#columns.map((column) => column.at(row))
      const [file, startLine, startColumn, endLine, endColumn] = place.map((value) =>
        value === unknown ? undefined : value,
      )
      yield [number, { file, startLine, startColumn, endLine, endColumn }]
    }
  }

  #column(at: number): GrowingColumn {
    const column = this.#columns[at]
    if (!column) throw new RangeError(`there is no column ${at}`)
    return column
  }
}
