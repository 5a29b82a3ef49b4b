import { linesOf, listed, shopEdges, shopFacts, shopMeta, shopNodes } from '../made-bundles.ts'
import { type HostileZip, type Refused, refusedAs, withContent, withEntry, withMeta, without } from './hostile-zip.ts'

const meta = (name: string, said: unknown, code: string, place?: Refused['place']): HostileZip => ({
  name,
  bytes: withMeta(typeof said === 'string' || Buffer.isBuffer(said) ? said : JSON.stringify(said)),
  ...refusedAs(code, { file: 'meta.json', ...(place && { place }) }),
})

const content = (name: string, parts: Parameters<typeof withContent>[0], refused: Refused): HostileZip => ({
  name,
  bytes: withContent(parts),
  ...refused,
})

const lists = [
  listed('nodes.ndjson', shopNodes),
  listed('edges.ndjson', shopEdges),
  listed('facts_runtime.ndjson', shopFacts),
]
const said = { ...shopMeta, files: lists }
const relisted = (path: string, changed: object): unknown => ({
  ...said,
  files: lists.map((file) => (file.path === path ? { ...file, ...changed } : file)),
})
const line = (file: string, place: Refused['place']): Refused =>
  refusedAs('UNION_LINE_INVALID', { file, ...(place && { place }) })
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** What a bundle says of itself, where that is not so. */
export const hostileMetas: readonly HostileZip[] = [
  { name: 'no-meta', bytes: without('meta.json'), ...refusedAs('UNION_META_MISSING') },
  meta('meta-no-json', 'schema: reachability-union@0.1', 'UNION_META_MALFORMED', { code: 'JSON_MALFORMED' }),
  meta('meta-not-utf8', Buffer.from('7b22ff223a317d', 'hex'), 'UNION_META_MALFORMED', { code: 'JSON_INVALID_UTF8' }),
  meta('meta-deep', `{"schema":${deep(100)}}`, 'UNION_META_MALFORMED', { code: 'JSON_TOO_DEEP' }),
  meta('meta-deeper', deep(50_000), 'UNION_META_MALFORMED', { code: 'JSON_TOO_DEEP' }),
  meta('meta-member-twice', JSON.stringify(said).replace('{', '{"files":[],'), 'UNION_META_MALFORMED', {
    code: 'JSON_DUPLICATE_MEMBER',
  }),
  meta('meta-prototype', '{"__proto__":{"files":[]}}', 'UNION_META_MALFORMED', { code: 'JSON_FORBIDDEN_MEMBER' }),
  meta('meta-no-object', '[]', 'UNION_META_INVALID'),
  meta('meta-no-files', shopMeta, 'UNION_META_INVALID', { pointer: '/files' }),
  meta('meta-no-time', { ...said, generated_at: 'yesterday' }, 'UNION_META_INVALID', { pointer: '/generated_at' }),
  meta('meta-subject', { ...said, subject: { scanId: 'a|b' } }, 'UNION_META_INVALID', { pointer: '/subject/scanId' }),
  meta('meta-no-digest', relisted('nodes.ndjson', { sha256: 'md5:1' }), 'UNION_META_INVALID', {
    pointer: '/files/0/sha256',
  }),
  meta('meta-lists-itself', { ...said, files: [...lists, listed('meta.json', '{}')] }, 'UNION_META_INVALID'),
  meta('meta-lists-twice', { ...said, files: [...lists, ...lists] }, 'UNION_META_INVALID'),
  meta('meta-entry-points', { ...said, entry_points: [7] }, 'UNION_META_INVALID', { pointer: '/entry_points/0' }),
  {
    name: 'wrong-digest',
    bytes: withMeta(JSON.stringify(relisted('nodes.ndjson', { sha256: 'a'.repeat(64) }))),
    ...refusedAs('UNION_DIGEST_MISMATCH', { file: 'nodes.ndjson' }),
  },
  {
    name: 'altered-file',
    bytes: withEntry('edges.ndjson', { content: shopEdges.replace('call', 'CALL') }),
    ...refusedAs('UNION_DIGEST_MISMATCH', { file: 'edges.ndjson' }),
  },
  {
    name: 'wrong-records',
    bytes: withMeta(JSON.stringify(relisted('edges.ndjson', { records: 4 }))),
    ...refusedAs('UNION_RECORDS_MISMATCH', { file: 'edges.ndjson' }),
  },
  {
    name: 'file-not-listed',
    bytes: withMeta(JSON.stringify({ ...said, files: lists.slice(0, 2) })),
    ...refusedAs('UNION_FILE_UNLISTED', { file: 'facts_runtime.ndjson' }),
  },
  {
    name: 'listed-but-missing',
    bytes: without('facts_runtime.ndjson'),
    ...refusedAs('UNION_FILE_MISSING', { file: 'facts_runtime.ndjson' }),
  },
  {
    name: 'listed-out-of-the-archive',
    bytes: withMeta(JSON.stringify({ ...said, files: [...lists, listed('../../etc/passwd', '')] })),
    ...refusedAs('UNION_FILE_MISSING', { file: '../../etc/passwd' }),
  },
  { name: 'no-nodes', bytes: without('nodes.ndjson'), ...refusedAs('UNION_FILE_MISSING', { file: 'nodes.ndjson' }) },
]

const node = { symbol_id: 'sym:x', lang: 'java', kind: 'method', display: 'x()' }

/** Lines that are not what their file is made of. */
export const hostileLines: readonly HostileZip[] = [
  content(
    'line-no-json',
    { nodes: `${shopNodes}\n{"symbol_id": }\n` },
    line('nodes.ndjson', { line: 6, byteOffset: Buffer.byteLength(shopNodes) + 15 }),
  ),
  content('line-no-node', { nodes: `{"hello":1}\n${shopNodes}` }, line('nodes.ndjson', { line: 1, byteOffset: 0 })),
  content('line-deep', { nodes: `${shopNodes}${deep(100)}\n` }, line('nodes.ndjson', { line: 5 })),
  content('line-deeper', { edges: `${shopEdges}${deep(20_000)}\n` }, line('edges.ndjson', { line: 4 })),
  content(
    'line-lone-surrogate',
    {
      nodes: `${shopNodes}{"symbol_id":"\\ud800","lang":"java"}\n`,
    },
    line('nodes.ndjson', { line: 5, code: 'JSON_LONE_SURROGATE' }),
  ),
  content(
    'line-member-twice',
    { edges: `${shopEdges}{"from":"a","to":"b","to":"c","edge_type":"call"}\n` },
    line('edges.ndjson', { line: 4, code: 'JSON_DUPLICATE_MEMBER' }),
  ),
  content(
    'edge-without-an-end',
    { edges: `{"from":"sym:main","edge_type":"call"}\n` },
    line('edges.ndjson', { line: 1, byteOffset: 0 }),
  ),
  ...['/usr/lib/shop.js', 'C:\\shop.js', '\\\\host\\share', 'file:///shop.js'].map((path, number) =>
    content(
      `absolute-symbol-${number + 1}`,
      { nodes: shopNodes + linesOf([{ ...node, symbol_id: path }]) },
      line('nodes.ndjson', { line: 5, code: 'PATH_ABSOLUTE', pointer: '/symbol_id' }),
    ),
  ),
  content(
    'absolute-end',
    { edges: linesOf([{ from: 'sym:main', to: '/bin/sh', edge_type: 'call' }]) },
    line('edges.ndjson', { line: 1, code: 'PATH_ABSOLUTE', pointer: '/to' }),
  ),
  content(
    'no-lines',
    { nodes: '', edges: '', facts: '', meta: { entry_points: [] } },
    refusedAs('UNION_GRAPH_EMPTY', { file: 'nodes.ndjson' }),
  ),
  content(
    'fact-without-a-symbol',
    { facts: `${shopFacts}{"hit_count":1}\n` },
    line('facts_runtime.ndjson', { line: 3, code: 'SYMBOL_ID_REQUIRED' }),
  ),
  content(
    'fact-of-nothing',
    { facts: linesOf([{ symbol_id: 'sym:cart', hit_count: 0 }]) },
    line('facts_runtime.ndjson', { line: 1, code: 'HIT_COUNT_OUT_OF_RANGE' }),
  ),
  content(
    'facts-in-an-array',
    {
      facts: '[{"symbol_id":"a"},\n{"symbol_id":"b"},\n{"symbol_id":"c"}]\n'.replace(
        ',\n{"symbol_id":"b"}',
        ',{"symbol_id":"b"}',
      ),
    },
    refusedAs('UNION_RECORDS_MISMATCH', { file: 'facts_runtime.ndjson' }),
  ),
]
