import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { documentOf, sendRequest } from '../client/service-request.ts'
import type { FactState, RuntimeFact } from '../facts/fact.ts'
import type { DemoSubject } from './plan.ts'

export interface DemoClient {
  readonly url: string
  readonly fixtures: string
}

export interface PostedGraph {
  readonly callgraphId: string
  readonly nodeCount: number
  readonly edgeCount: number
  readonly subjectKey: string
}

export interface PostedTrace {
  readonly accepted: number
  readonly uniqueSymbols: number
  readonly totalHits: number
  readonly unmatchedSymbols: number
}

export async function postGraph(client: DemoClient, subject: DemoSubject): Promise<PostedGraph> {
  const query = new URLSearchParams({
    component: subject.component,
    version: subject.version,
    subjectComponent: subject.component,
    subjectVersion: subject.version,
    ...subject.graph.query,
  })
  for (const target of subject.targets) query.append('target', target)
  const headers = subject.graph.contentEncoding ? { 'content-encoding': subject.graph.contentEncoding } : undefined
  return await post<PostedGraph>(
    client,
    `/signals/callgraphs?${query.toString()}`,
    fileOf(client, subject, subject.graph.file),
    headers,
  )
}

/** Posts the trace and waits until the fact holds it, so that the table shows it. */
export async function postTrace(client: DemoClient, subject: DemoSubject, callgraphId: string): Promise<PostedTrace> {
  const query = new URLSearchParams({ callgraphId, component: subject.component, version: subject.version })
  const headers = {
    'content-type': 'application/x-ndjson',
    prefer: 'wait=30',
    'idempotency-key': `demo-${subject.component}`,
  }
  return await post<PostedTrace>(
    client,
    `/signals/runtime-facts/ndjson?${query.toString()}`,
    fileOf(client, subject, 'runtime.ndjson'),
    headers,
  )
}

export async function getState(client: DemoClient, subjectKey: string, target: string): Promise<FactState> {
  const page = await get<{ items: FactState[] }>(
    client,
    `/signals/facts/${encodeURIComponent(subjectKey)}/states?target=${encodeURIComponent(target)}`,
  )
  const [state] = page.items
  if (!state) throw new Error(`the fact of ${subjectKey} has no state for ${target}`)
  return state
}

export async function getRuntimeFact(
  client: DemoClient,
  subjectKey: string,
  target: string,
): Promise<RuntimeFact | undefined> {
  const page = await get<{ items: RuntimeFact[] }>(
    client,
    `/signals/facts/${encodeURIComponent(subjectKey)}/runtime-facts?target=${encodeURIComponent(target)}`,
  )
  return page.items[0]
}

function fileOf(client: DemoClient, subject: DemoSubject, file: string): string {
  return join(client.fixtures, subject.folder, file)
}

async function post<Answer>(
  { url }: DemoClient,
  path: string,
  file: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = (): ReadableStream => Readable.toWeb(createReadStream(file))
  return documentOf(await sendRequest({ url }, { method: 'POST', path, headers, body }))
}

async function get<Answer>({ url }: DemoClient, path: string): Promise<Answer> {
  return documentOf(await sendRequest({ url }, { method: 'GET', path }))
}
