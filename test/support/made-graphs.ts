import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** Graphs written by hand from a format's description, where no tool could be run. */
export const madeGraphs = [
  { file: 'callgraphs/jelly/static.json', format: 'jelly', language: 'node' },
  { file: 'callgraphs/jelly/dynamic.json', format: 'jelly', language: 'node' },
  { file: 'callgraphs/richgraph/shop.json', format: 'richgraph-v1', language: 'binary' },
  { file: 'callgraphs/union/shop.ndjson', format: 'union-ndjson', language: 'java' },
] as const

export function madeGraph(file: (typeof madeGraphs)[number]['file']): string {
  return readFileSync(resolve(import.meta.dirname, '../../fixtures', file), 'utf8')
}
