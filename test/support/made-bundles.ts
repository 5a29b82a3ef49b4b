import { createHash } from 'node:crypto'
import { makeZip, type ZipEntry } from './make-zip.ts'

export interface BundleParts {
  readonly nodes: string
  readonly edges: string
  readonly facts?: string
  /** Members of `meta.json` besides the list of files, or instead of it. */
  readonly meta?: Readonly<Record<string, unknown>>
}

const node = (name: string, lang = 'java') => ({
  symbol_id: `sym:${name}`,
  lang,
  kind: 'method',
  display: `acme.${name}()`,
})

export const shopNodes = linesOf(['main', 'cart', 'total', 'legacy'].map((name) => node(name)))
export const shopEdges = linesOf([
  { from: 'sym:main', to: 'sym:cart', edge_type: 'call' },
  { from: 'sym:cart', to: 'sym:total', edge_type: 'call', confidence: 0.9, reason: 'virtual' },
  { from: 'sym:cart', to: 'sym:yaml', edge_type: 'call' },
])
/** Each with its time and its container: the content itself is a key. */
export const shopFacts = linesOf([
  { symbol_id: 'sym:cart', hit_count: 3, observed_at: '2026-11-20T11:00:00Z', container_id: 'c1' },
  { symbol_id: 'sym:total', hit_count: 2, observed_at: '2026-11-20T11:01:00Z', container_id: 'c1' },
])
export const untimedFacts = linesOf([{ symbol_id: 'sym:cart', hit_count: 3 }])

export const shopMeta = {
  schema: 'reachability-union@0.1',
  generated_at: '2026-11-20T12:00:00Z',
  produced_by: { tool: 'stella-scanner', version: '1.4.0' },
  entry_points: ['sym:main'],
  closed_world: true,
}

export const shop: BundleParts = { nodes: shopNodes, edges: shopEdges, facts: shopFacts }

export function linesOf(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

export function listed(path: string, content: string): { path: string; sha256: string; records: number } {
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { path, sha256, records: content.split('\n').filter((line) => line.trim() !== '').length }
}

/** The entries of a bundle that is as it says. */
export function bundleEntries({ nodes, edges, facts, meta = {} }: BundleParts): ZipEntry[] {
  const files: [string, string][] = [
    ['nodes.ndjson', nodes],
    ['edges.ndjson', edges],
    ...(facts === undefined ? [] : [['facts_runtime.ndjson', facts] satisfies [string, string]]),
  ]
  const said = { ...shopMeta, files: files.map(([path, content]) => listed(path, content)), ...meta }
  const entries = files.map(([name, content]) => ({ name, content }))
  return [...entries, { name: 'meta.json', content: JSON.stringify(said, undefined, 2) }]
}

export function bundleZip(parts: Partial<BundleParts> = {}): Buffer {
  return makeZip(bundleEntries({ ...shop, ...parts }))
}
