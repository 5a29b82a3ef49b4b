import type { Answer } from '../build-app.ts'
import { askAs, type Caller, type Lively, type Request } from './lively-tenant.ts'

/** `METHOD /path` of the OpenAPI document, and what somebody asks of it who knows another tenant's names. */
export type RouteCases = Readonly<Record<string, readonly Request[]>>

/** What the owner was given, besides names: where lists go on, tags of what is read, and a bundle that holds all. */
export interface Given {
  readonly cursors: Readonly<Record<string, string>>
  readonly etags: Readonly<Record<string, string>>
  readonly bundle: Buffer
  /** Digests that the owner would erase with. */
  readonly subjectPlan: string
  readonly tenantPlan: string
}

const json = { 'content-type': 'application/json' }

/** Lists by the address at which their owner turns the page. */
function listsOf({ subjectKey }: Lively): readonly string[] {
  const facts = ['states', 'runtime-facts', 'versions'].map((list) => `/signals/facts/${subjectKey}/${list}`)
  const others = ['/signals/callgraphs', '/signals/facts', '/signals/events', `/signals/unknowns/${subjectKey}`]
  return [...others, '/signals/events/dead-letters', ...facts]
}

function readsOf({ callgraphId, analysisId, subjectKey, receiptIds, alias, word }: Lively): Record<string, string[]> {
  const graph = `/signals/callgraphs/${callgraphId}`
  const fact = `/signals/facts/${subjectKey}`
  const bundle = `/signals/reachability/union/${analysisId}`
  return {
    'GET /healthz': ['/healthz'],
    'GET /readyz': ['/readyz'],
    'GET /status': ['/status'],
    'GET /signals/status': ['/signals/status'],
    'GET /signals/ping': ['/signals/ping'],
    'GET /signals/erasures': ['/signals/erasures'],
    'GET /signals/events': ['/signals/events?limit=200', '/signals/events'],
    'GET /signals/events/dead-letters': ['/signals/events/dead-letters'],
    'GET /signals/receipts/{receiptId}': receiptIds.map((id) => `/signals/receipts/${id}`),
    'GET /signals/callgraphs': [
      '/signals/callgraphs',
      `/signals/callgraphs?component=${word}-shop`,
      `/signals/callgraphs?subjectKey=${subjectKey}`,
      `/signals/callgraphs?analysisId=${word}-nightly`,
    ],
    'GET /signals/callgraphs/{callgraphId}': [graph, `/signals/callgraphs/${analysisId}`],
    'GET /signals/callgraphs/{callgraphId}/manifest': [`${graph}/manifest`],
    'GET /signals/callgraphs/{callgraphId}/graph': [`${graph}/graph`],
    'GET /signals/reachability/union/{analysisId}/meta': [`${bundle}/meta`],
    'GET /signals/reachability/union/{analysisId}/files/{fileName}': ['meta.json', 'nodes.ndjson', 'edges.ndjson'].map(
      (file) => `${bundle}/files/${file}`,
    ),
    'GET /signals/unknowns/{subjectKey}': [`/signals/unknowns/${subjectKey}`, `/signals/unknowns/${alias}`],
    'GET /signals/facts': [
      '/signals/facts',
      `/signals/facts?subjectKey=${subjectKey}`,
      `/signals/facts?subjectKey=${alias}`,
      `/signals/facts?callgraphId=${callgraphId}`,
    ],
    'GET /signals/facts/{subjectKey}': [fact, `/signals/facts/${alias}`, `${fact}?version=1`],
    'GET /signals/facts/{subjectKey}/states': [`${fact}/states`],
    'GET /signals/facts/{subjectKey}/runtime-facts': [`${fact}/runtime-facts`],
    'GET /signals/facts/{subjectKey}/versions': [`${fact}/versions`],
    'GET /signals/facts/{subjectKey}/diff': [`${fact}/diff?from=1&to=2`],
    'GET /signals/facts/{subjectKey}/explain': [`${fact}/explain?target=b`],
    'GET /signals/facts/{subjectKey}/replay-manifest': [`${fact}/replay-manifest`, `${fact}/replay-manifest?version=1`],
    'GET /signals/facts/{subjectKey}/replay-bundle': [`${fact}/replay-bundle`],
  }
}

function postsOf(
  { tenant, posts, subjectKey, deadEventId, eventIds }: Lively,
  { bundle, subjectPlan, tenantPlan }: Given,
): Record<string, Request[]> {
  const letter = `/signals/events/dead-letters/${deadEventId}`
  return {
    'POST /signals/facts/{subjectKey}/query': [
      { url: `/signals/facts/${subjectKey}/query`, body: '{"targets":["b","c"]}', headers: json },
    ],
    'POST /signals/replay': [{ url: '/signals/replay', body: bundle, headers: { 'content-type': 'application/zstd' } }],
    'POST /signals/events/dead-letters/{eventId}/replay': [{ url: `${letter}/replay`, method: 'POST' }],
    'DELETE /signals/events/dead-letters/{eventId}': [{ url: letter, method: 'DELETE' }],
    'POST /signals/events/replay': [
      { url: '/signals/events/replay', method: 'POST' },
      { url: `/signals/events/replay?after=${eventIds[0] ?? ''}`, method: 'POST' },
      { url: `/signals/events/replay?through=${eventIds.at(-1) ?? ''}`, method: 'POST' },
    ],
    'DELETE /signals/subjects/{subjectKey}': [
      { url: `/signals/subjects/${subjectKey}`, method: 'DELETE' },
      { url: `/signals/subjects/${subjectKey}?confirm=${subjectPlan}`, method: 'DELETE' },
    ],
    'DELETE /signals/tenants/{tenant}': [
      { url: `/signals/tenants/${tenant}`, method: 'DELETE' },
      { url: `/signals/tenants/${tenant}?confirm=${tenantPlan}`, method: 'DELETE' },
    ],
    // Each body and key as the owner sent them; last, for they make the caller's own what was another's alone.
    ...Object.fromEntries(Object.entries(posts).map(([route, post]) => [route, [post]])),
  }
}

/** Asked by the owner, before anybody else does. */
export async function given(owner: Caller, known: Lively): Promise<Given> {
  const cursors: Record<string, string> = {}
  for (const list of listsOf(known)) {
    const { body, status, text } = await askAs(owner, { url: `${list}?limit=1` })
    if (typeof body['nextCursor'] !== 'string') throw new Error(`${list} has no second page: ${status} ${text}`)
    cursors[list] = body['nextCursor']
  }
  const etags: Record<string, string> = {}
  for (const url of Object.values(readsOf(known)).flat()) {
    const { status, headers, text } = await askAs(owner, { url })
    if (status >= 300) throw new Error(`${url}: ${status}: ${text}`)
    if (typeof headers['etag'] === 'string') etags[url] = headers['etag']
  }
  const bundle = await owner.built.app.inject({
    url: `/signals/facts/${known.subjectKey}/replay-bundle`,
    headers: { ...owner.headers },
  })
  const planOf = async (url: string) => String((await askAs(owner, { url, method: 'DELETE' })).body['planDigest'])
  const subjectPlan = await planOf(`/signals/subjects/${known.subjectKey}`)
  return {
    cursors,
    etags,
    bundle: bundle.rawPayload,
    subjectPlan,
    tenantPlan: await planOf(`/signals/tenants/${owner.tenant}`),
  }
}

/** Reads first, each plainly, by the owner's tag, by its head alone, and where the owner's list goes on. */
export function routeCases(known: Lively, given: Given): RouteCases {
  const reads = Object.entries(readsOf(known)).map(([route, urls]): [string, Request[]] => [
    route,
    urls.flatMap((url) => readCases(url, given)),
  ])
  return { ...Object.fromEntries(reads), ...postsOf(known, given) }
}

function readCases(url: string, { cursors, etags }: Given): Request[] {
  const etag = etags[url]
  const cursor = cursors[url]
  return [
    { url },
    // How long its body is depends on how long the dependencies took.
    ...(url === '/readyz' ? [] : [{ url, method: 'HEAD' } as const]),
    ...(etag === undefined ? [] : [{ url, headers: { 'if-none-match': etag } }]),
    ...(etag === undefined ? [] : [{ url, headers: { 'if-range': etag, range: 'bytes=0-9' } }]),
    ...(cursor === undefined ? [] : [{ url: `${url}${url.includes('?') ? '&' : '?'}cursor=${cursor}` }]),
    ...(url === '/signals/events' ? [{ url: `${url}?after=${cursor ?? ''}` }] : []),
  ]
}

export interface Told extends Pick<Answer, 'status'> {
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** An answer without what is new every time. Ids that somebody else owns stay: they should never have come. */
export function told({ status, headers, text }: Answer, foreignIds: readonly string[]): Told {
  const { 'x-correlation-id': _id, date: _date, 'content-length': length, ...others } = headers
  const plain = (said: string): string =>
    said
      .replaceAll(uuid, (id) => (foreignIds.includes(id) ? id : '<id>'))
      .replaceAll(/"latencyMs":\d+/g, '"latencyMs":"<some>"')
  // Alone it is all that an answer without a body says of one.
  const kept = { ...others, ...(text === '' && { 'content-length': length }) }
  return { status, headers: JSON.parse(plain(JSON.stringify(kept))), text: plain(text) }
}
