import { expect, test } from 'vitest'
import type { JsFunction } from '../../../../src/callgraphs/formats/js-calls.ts'
import { functionsByFile } from '../../../../src/callgraphs/positions/js-functions.ts'
import { locateScriptPlaces } from '../../../../src/callgraphs/positions/locate-script-places.ts'
import { locateScriptRanges } from '../../../../src/callgraphs/positions/locate-script-ranges.ts'
import { tinyGraphIndex } from '../../../support/tiny-graph.ts'

const many = Array.from({ length: 20_000 }, (_, number) => number)

function functionAt(column: number, end: number): JsFunction {
  const id = `a.js#f@1:${column}`
  return { id, name: 'f', label: 'f', namespace: 'a.js', file: 'a.js', line: 1, column, start: column, end }
}

const index = tinyGraphIndex({ nodes: many.map((column) => `a.js#f@1:${column}`) })

function placed(functions: readonly JsFunction[]) {
  return { index, files: functionsByFile({ files: new Set(['a.js']), functions, callsOfUnplaced: [] }) }
}

test('functions of which thousands end at one place are matched with none, and not each compared with each', () => {
  const functions = many.map((column) => functionAt(column, 99_999))
  const ranges = many.map((start) => ({ file: '/app/a.js', name: 'f', start, end: 99_999, hits: 1, isTopLevel: false }))
  expect(locateScriptRanges(placed(functions), ranges).filter(({ isNode }) => isNode)).toEqual([])
})

test('in a file of one row each function is found at its own column', () => {
  const functions = many.map((column) => functionAt(column, column + 1))
  const places = many.map((column) => ({ file: '/app/a.js', name: 'f', line: 0, column, hits: 1 }))
  const located = locateScriptPlaces(placed(functions), places)
  expect(located.every(({ symbolId }, column) => symbolId === `a.js#f@1:${column}`)).toBe(true)
})
