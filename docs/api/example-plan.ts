import { createHash } from 'node:crypto'

/** One request of the recorded tour. `{name}` in it stands for what an earlier answer gave (`keeps`). */
export interface PlannedRequest {
  /** The operation's name in the OpenAPI document, and with a suffix the name of the example. */
  readonly operation: string
  readonly variant?: string
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Instead of a body, its files by name: they are sent as a ZIP archive. */
  readonly archive?: Readonly<Record<string, string>>
  /** Sends the bytes that an earlier answer was (`keepsBytes`) as its body. */
  readonly sends?: string
  /** Members of the answer that later requests name. */
  readonly keeps?: readonly string[]
  readonly keepsBytes?: string
}

const graph = {
  nodes: [
    { id: 'main', file: 'cmd/shop/main.go', line: 12 },
    { id: 'shop.Checkout', namespace: 'acme/shop', file: 'checkout.go', line: 40 },
    { id: 'shop.Total', namespace: 'acme/shop', file: 'total.go', line: 7 },
    { id: 'shop.legacyTotal', namespace: 'acme/shop', file: 'total.go', line: 31 },
  ],
  edges: [
    { from: 'main', to: 'shop.Checkout' },
    { from: 'shop.Checkout', to: 'shop.Total', reason: 'direct call' },
    { from: 'shop.Checkout', to: 'tax.Rate', kind: 'heuristic', reason: 'by interface' },
  ],
  entryPoints: ['main'],
}

const bundle = {
  'nodes.ndjson':
    '{"symbol_id":"sym:go:main","lang":"go","kind":"function","display":"main.main"}\n' +
    '{"symbol_id":"sym:go:pay","lang":"go","kind":"function","display":"shop.Pay"}\n',
  'edges.ndjson': '{"from":"sym:go:main","to":"sym:go:pay","edge_type":"call"}\n',
  'facts_runtime.ndjson': '{"symbol_id":"sym:go:pay","hit_count":4,"observed_at":"2026-11-20T11:58:00Z"}\n',
}

const bundleMeta = {
  schema: 'reachability-union@0.1',
  generated_at: '2026-11-20T11:59:00Z',
  produced_by: { tool: 'acme-scanner', version: '3.2' },
  entry_points: ['sym:go:main'],
  files: Object.entries(bundle).map(([path, content]) => ({
    path,
    sha256: createHash('sha256').update(content).digest('hex'),
    records: content.split('\n').length - 1,
  })),
}

const subject = { component: 'shop', version: '1.4.0' }
const subjectKey = 'shop%7C1.4.0'
/** A service that nobody refuses anything has no dead letters. */
const noLetter = '00000000-0000-4000-8000-00000000dead'
const wait = { prefer: 'wait=30' }

/** Every route once, in an order in which each has something to tell. */
export const examplePlan: readonly PlannedRequest[] = [
  { operation: 'getHealth', path: '/healthz' },
  { operation: 'getReadiness', path: '/readyz' },
  { operation: 'getStatus', path: '/status' },
  { operation: 'getSignalsStatus', path: '/signals/status' },
  { operation: 'ping', path: '/signals/ping' },
  {
    operation: 'ingestCallgraph',
    method: 'POST',
    path: '/signals/callgraphs',
    headers: wait,
    body: {
      language: 'go',
      ...subject,
      artifactFileName: 'callgraph.json',
      artifactContentBase64: Buffer.from(JSON.stringify(graph)).toString('base64'),
      analyzer: { name: 'acme-analyser', version: '2.1' },
      subject,
      targets: ['shop.Total', 'shop.legacyTotal'],
    },
    keeps: ['callgraphId'],
  },
  { operation: 'listCallgraphs', path: '/signals/callgraphs?component=shop' },
  { operation: 'getCallgraph', path: '/signals/callgraphs/{callgraphId}' },
  { operation: 'getCallgraphManifest', path: '/signals/callgraphs/{callgraphId}/manifest' },
  { operation: 'getCallgraphGraph', path: '/signals/callgraphs/{callgraphId}/graph' },
  {
    operation: 'ingestRuntimeFacts',
    method: 'POST',
    path: '/signals/runtime-facts',
    headers: { ...wait, 'idempotency-key': 'agent-7-batch-1' },
    body: {
      subject,
      callgraphId: '{callgraphId}',
      events: [
        { symbolId: 'shop.Checkout', hitCount: 3, observedAt: '2026-11-20T11:58:00.000Z', processName: 'shop' },
        { symbolId: 'plugin.Run', hitCount: 1 },
      ],
      observation: { from: '2026-11-20T11:00:00Z', to: '2026-11-20T12:00:00Z' },
    },
    keeps: ['receiptId'],
  },
  {
    operation: 'ingestRuntimeFactStream',
    method: 'POST',
    path: '/signals/runtime-facts/ndjson?callgraphId={callgraphId}&component=shop&version=1.4.0',
    headers: { ...wait, 'content-type': 'application/x-ndjson' },
    body: '{"symbol_id":"main","hit_count":1}\n{"symbol_id":"shop.Checkout","hit_count":0}\n',
  },
  {
    operation: 'ingestSyntheticFacts',
    method: 'POST',
    path: '/signals/runtime-facts/synthetic',
    headers: wait,
    body: { subject: { scanId: 'synthetic:smoke' }, callgraphId: '{callgraphId}', symbols: 2 },
  },
  { operation: 'getReceipt', path: '/signals/receipts/{receiptId}' },
  {
    operation: 'ingestUnionBundle',
    method: 'POST',
    path: '/signals/reachability/union',
    headers: { ...wait, 'content-type': 'application/zip', 'x-analysis-id': 'nightly-2026-11-20' },
    archive: { ...bundle, 'meta.json': JSON.stringify(bundleMeta) },
  },
  { operation: 'getUnionBundleMeta', path: '/signals/reachability/union/nightly-2026-11-20/meta' },
  {
    operation: 'getUnionBundleFile',
    path: '/signals/reachability/union/nightly-2026-11-20/files/nodes.ndjson',
    headers: { range: 'bytes=0-79' },
  },
  {
    operation: 'requestRecompute',
    method: 'POST',
    path: '/signals/reachability/recompute',
    headers: wait,
    body: { subject, targets: ['tax.Rate'], blockedEdges: [{ from: 'shop.Checkout', to: 'tax.Rate' }] },
  },
  {
    operation: 'reportUnknowns',
    method: 'POST',
    path: '/signals/unknowns',
    headers: { ...wait, 'x-source': 'reviewer' },
    body: {
      subject,
      callgraphId: '{callgraphId}',
      unknowns: [{ symbolId: 'plugin.Load', reason: 'loaded at run time' }],
    },
  },
  { operation: 'listUnknowns', path: `/signals/unknowns/${subjectKey}` },
  { operation: 'listFacts', path: '/signals/facts?verdict=observed' },
  { operation: 'getFact', path: `/signals/facts/${subjectKey}` },
  { operation: 'getFact', variant: 'earlier', path: `/signals/facts/${subjectKey}?version=1` },
  { operation: 'listFactVersions', path: `/signals/facts/${subjectKey}/versions?limit=2` },
  { operation: 'diffFact', path: `/signals/facts/${subjectKey}/diff?from=1` },
  { operation: 'listStates', path: `/signals/facts/${subjectKey}/states?verdict=reachable` },
  { operation: 'listRuntimeFacts', path: `/signals/facts/${subjectKey}/runtime-facts` },
  {
    operation: 'queryFact',
    method: 'POST',
    path: `/signals/facts/${subjectKey}/query`,
    body: { targets: ['shop.Totals', { namespace: 'acme/shop' }] },
  },
  { operation: 'explainTarget', path: `/signals/facts/${subjectKey}/explain?target=shop.Total&paths=2` },
  { operation: 'explainTarget', variant: 'stopped', path: `/signals/facts/${subjectKey}/explain?target=tax.Rate` },
  {
    operation: 'explainTarget',
    variant: 'diagram',
    path: `/signals/facts/${subjectKey}/explain?target=shop.Total`,
    headers: { accept: 'text/vnd.mermaid' },
  },
  { operation: 'getReplayManifest', path: `/signals/facts/${subjectKey}/replay-manifest` },
  { operation: 'getReplayBundle', path: `/signals/facts/${subjectKey}/replay-bundle`, keepsBytes: 'bundle' },
  {
    operation: 'replay',
    method: 'POST',
    path: '/signals/replay',
    headers: { 'content-type': 'application/zstd' },
    sends: 'bundle',
  },
  { operation: 'listEvents', path: '/signals/events?limit=1' },
  { operation: 'replayEvents', method: 'POST', path: '/signals/events/replay' },
  { operation: 'listDeadLetters', path: '/signals/events/dead-letters' },
  {
    operation: 'replayDeadLetter',
    variant: 'missing',
    method: 'POST',
    path: `/signals/events/dead-letters/${noLetter}/replay`,
  },
  {
    operation: 'deleteDeadLetter',
    variant: 'missing',
    method: 'DELETE',
    path: `/signals/events/dead-letters/${noLetter}`,
  },
  { operation: 'getFact', variant: 'missing', path: '/signals/facts/nobody' },
  { operation: 'eraseSubject', variant: 'missing', method: 'DELETE', path: '/signals/subjects/nobody' },
  {
    operation: 'eraseTenant',
    variant: 'missing',
    method: 'DELETE',
    path: '/signals/tenants/nobody',
    headers: { 'x-stella-tenant': 'nobody' },
  },
  { operation: 'listErasures', path: '/signals/erasures' },
]
