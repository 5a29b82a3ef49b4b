import { createReadStream, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createGunzip } from 'node:zlib'

const fixtures = resolve(import.meta.dirname, '../../fixtures')

export interface RealGraph {
  readonly folder: string
  readonly file: string
  readonly language: string
  readonly format: string
  /** Name of the file with the independent counts. */
  readonly expected: string
  readonly runtime: string
}

export interface ExpectedCounts {
  readonly nodes: number
  readonly edges: number
  readonly duplicateEdges?: number
  readonly rawRecords?: number
  readonly callSites?: number
  readonly nodesWithoutCallers: number
  readonly entryPoints: readonly { readonly nodeId: string; readonly kind: string }[]
  readonly searchStartsAt: 'entryPoints' | 'main' | 'nodesWithoutCallers'
  readonly reachableFromEntry: number
  readonly reachableFromMainAndInit?: number
  readonly paths: Readonly<Record<string, { reachable: boolean; hops: number | null; path: string[] }>>
  /** Not counted where no observer spoke in the graph's own words. */
  readonly runtimeSymbols?: number
  readonly runtimeUnmatched?: number
  readonly runtimeOnUnreachable?: number
}

export const realGraphs: readonly RealGraph[] = [
  graph('go/tomljson', 'callgraph.txt', 'go-callgraph'),
  graph('go/tomljson', 'callgraph.digraph', 'go-callgraph'),
  { ...graph('go/tomljson', 'callgraph.cha.txt.gz', 'go-callgraph'), expected: 'expected.cha.json' },
  graph('java/plexus-classworlds', 'callgraph.txt', 'java-callgraph'),
  graph('java/spring-boot-loader', 'callgraph.txt', 'java-callgraph'),
  {
    ...graph('java/plexus-classworlds', 'callgraph.fasten.json', 'fasten'),
    expected: 'expected.fasten.json',
    runtime: 'runtime.fasten.ndjson',
  },
  graph('node/semver', 'callgraph.json', 'js-callgraph'),
  graph('python/autopep8', 'callgraph.json', 'pycg'),
  graph('python/autopep8', 'callgraph.second-run.json', 'pycg'),
  { ...graph('python/autopep8', 'callgraph.fasten.json', 'fasten'), expected: 'expected.fasten.json' },
]

function graph(folder: string, file: string, format: string): RealGraph {
  const language = folder.split('/')[0] ?? ''
  return { folder, file, language, format, expected: 'expected.json', runtime: 'runtime.ndjson' }
}

export function chunksOf({ folder, file }: RealGraph, highWaterMark?: number): AsyncIterable<Buffer> {
  const stream = createReadStream(join(fixtures, 'real', folder, file), { highWaterMark })
  return file.endsWith('.gz') ? stream.pipe(createGunzip()) : stream
}

export function expectedOf({ folder, expected }: RealGraph): ExpectedCounts {
  return JSON.parse(readFileSync(join(fixtures, 'real', folder, expected), 'utf8'))
}

export function observedSymbolsOf({ folder, runtime }: RealGraph): Set<string> {
  const lines = readFileSync(join(fixtures, 'real', folder, runtime), 'utf8')
    .trim()
    .split('\n')
  return new Set(lines.map((line) => String(JSON.parse(line).symbolId)))
}

/** The pinned hashes of graphs. */
export function goldenDigests(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(fixtures, 'golden-digests.json'), 'utf8')).graphs
}
