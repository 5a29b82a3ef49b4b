import type { Tenant } from '../../../src/identifiers/tenant.ts'
import { someDeadLetter } from '../../contract/dead-letters.ts'
import type { Answer, Asked, BuiltApp } from '../build-app.ts'
import { bundleZip, linesOf } from '../made-bundles.ts'
import { smallGraph } from '../posted-graph.ts'

export interface Request extends Asked {
  readonly url: string
}

/** One caller of one service: who asks stands in the headers. */
export interface Caller {
  readonly built: BuiltApp
  readonly tenant: Tenant
  readonly headers: Readonly<Record<string, string>>
}

export async function askAs({ built, headers }: Caller, { url, ...asked }: Request): Promise<Answer> {
  return await built.ask(url, { ...asked, headers: { ...asked.headers, ...headers } })
}

/** What somebody may know of another tenant: names, ids, and the requests they came by. */
export interface Lively {
  readonly tenant: Tenant
  readonly word: string
  readonly callgraphId: string
  readonly analysisId: string
  readonly subjectKey: string
  readonly alias: string
  readonly receiptIds: readonly string[]
  readonly eventIds: readonly string[]
  readonly deadEventId: string
  readonly posts: Readonly<Record<string, Request>>
}

const json = { 'content-type': 'application/json' }
const wait = { prefer: 'wait=30' }

/** Posts every kind of evidence. Whatever has a name of its own holds the word, so that it is known again wherever it turns up. */
export async function liven(caller: Caller, word: string): Promise<Lively> {
  const graph = graphPost(word)
  const { callgraphId } = await accepted(caller, graph)
  const posts = { 'POST /signals/callgraphs': graph, ...evidencePosts(word, String(callgraphId)) }
  const receiptIds: string[] = []
  for (const post of Object.values(posts)) receiptIds.push(String((await accepted(caller, post))['receiptId']))
  await caller.built.settled()
  const letter = someDeadLetter({ tenant: caller.tenant, subject_key: `${word}-scan` })
  await caller.built.context.stores.deadLetters.add(letter)
  const { body } = await askAs(caller, { url: '/signals/events?limit=200' })
  const events = body['items'] as readonly { readonly event_id: string }[]
  return {
    tenant: caller.tenant,
    word,
    callgraphId: String(callgraphId),
    analysisId: `${word}-bundle`,
    subjectKey: `${word}-scan`,
    alias: `${word}-image`,
    receiptIds,
    eventIds: events.map(({ event_id }) => event_id),
    deadEventId: letter.event.event_id,
    posts,
  }
}

/** What a plan says is erased, and the record of it stays. */
export async function eraseSubject(caller: Caller, subjectKey: string): Promise<void> {
  const url = `/signals/subjects/${subjectKey}`
  const { body } = await askAs(caller, { url, method: 'DELETE' })
  const { status, text } = await askAs(caller, {
    url: `${url}?confirm=${String(body['planDigest'])}`,
    method: 'DELETE',
  })
  if (status !== 200) throw new Error(`${url}: ${status}: ${text}`)
}

async function accepted(caller: Caller, post: Request): Promise<Answer['body']> {
  const { status, text, body } = await askAs(caller, post)
  if (status !== 202 && status !== 200) throw new Error(`${post.url}: ${status}: ${text}`)
  return body
}

function graphPost(word: string): Request {
  const named = {
    language: 'node',
    component: `${word}-shop`,
    version: '1',
    target: 'b',
    analysisId: `${word}-nightly`,
  }
  const search = new URLSearchParams({ ...named, scanId: `${word}-scan`, imageDigest: `${word}-image` })
  const headers = { ...wait, 'idempotency-key': `${word}-graph` }
  return { url: `/signals/callgraphs?${search.toString()}`, body: smallGraph, headers }
}

function evidencePosts(word: string, callgraphId: string): Record<string, Request> {
  const subject = { scanId: `${word}-scan` }
  const keyed = { ...json, ...wait, 'idempotency-key': `${word}-key` }
  const about = (more: object): string => JSON.stringify({ subject, callgraphId, ...more })
  const event = { symbolId: 'a', hitCount: 2, containerId: `${word}-pod`, processName: `${word}-process` }
  return {
    'POST /signals/runtime-facts': {
      url: '/signals/runtime-facts',
      body: about({ events: [event], metadata: { owner: word } }),
      headers: keyed,
    },
    'POST /signals/runtime-facts/ndjson': {
      url: `/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=${word}-scan`,
      body: linesOf([{ ...event, symbolId: 'c', observedAt: '2026-11-20T12:00:00Z' }]),
      headers: { 'content-type': 'application/x-ndjson', ...wait },
    },
    'POST /signals/runtime-facts/synthetic': {
      url: '/signals/runtime-facts/synthetic',
      body: about({ subject: { scanId: `synthetic:${word}` } }),
      headers: keyed,
    },
    'POST /signals/unknowns': {
      url: '/signals/unknowns',
      // Long enough that a store may keep it in parts.
      body: about({
        unknowns: Array.from({ length: 700 }, (_, n) => ({ symbolId: `${word}-${n}-`.padEnd(1_000, 'x') })),
      }),
      headers: keyed,
    },
    'POST /signals/reachability/recompute': {
      url: '/signals/reachability/recompute',
      body: JSON.stringify({ subject, callgraphIds: [callgraphId], targets: [`${word}.target`] }),
      headers: keyed,
    },
    'POST /signals/reachability/union': {
      url: '/signals/reachability/union',
      body: bundleZip({ meta: { component: `${word}-bundled` } }),
      headers: { 'content-type': 'application/zip', 'x-analysis-id': `${word}-bundle`, ...wait },
    },
  }
}
