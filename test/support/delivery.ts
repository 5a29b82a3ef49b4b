import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { SeenGraph, SentEvent } from './arbitrary-evidence.ts'
import { drawing, respelled, shuffled, splitAtRandom } from './arbitrary-graphs.ts'
import type { Answer, BuiltApp } from './build-app.ts'

export interface Delivery {
  readonly tenant: string
  readonly seen: SeenGraph
  /** Tells everything that must make no difference: order, spelling, form, batching, compression, what is sent again. */
  readonly seed: number
}

export interface Delivered {
  readonly graphHash: string
  readonly fact: Readonly<Record<string, unknown>> & { readonly metadata: Readonly<Record<string, string>> }
}

type Draw = (below: number) => number
type Post = (isAwaited: boolean) => Promise<Answer>

const subject = { scanId: 'scan-1' }

/** Tells the service of a graph and of what was seen of it, in one of very many ways, and reads what it makes of that. */
export async function deliver(built: BuiltApp, delivery: Delivery): Promise<Delivered> {
  const { tenant, seen, seed } = delivery
  const draw = drawing(seed)
  // Known before anything is said of its subject, or with it.
  const isBareFirst = draw(2) === 1
  const first = await accepted(postGraph(built, delivery, { draw, isBare: isBareFirst, isAwaited: false }))
  const callgraphId = String(first['callgraphId'])
  const batches = splitAtRandom(draw, shuffled(draw, seen.events)).map((events, position) =>
    batchPost(built, { tenant, callgraphId, draw, events, key: `batch-${position}`, isWatched: seen.isWatched }),
  )
  const graphAgain: Post = async (isAwaited) => postGraph(built, delivery, { draw, isBare: false, isAwaited })
  const posts = shuffled(draw, isBareFirst ? [...batches, graphAgain] : batches)
  for (const post of posts.slice(0, -1)) {
    await accepted(post(false))
    // What is sent again, at once or later, counts no more than once.
    if (draw(4) === 0) await accepted(post(false))
  }
  // The last is awaited: its fold finds all that came before.
  await accepted(posts.at(-1)!(true))
  const { status, text, body } = await built.ask('/signals/facts/scan-1', { headers: { 'x-stella-tenant': tenant } })
  if (status !== 200) throw new Error(text)
  return { graphHash: String(first['graphHash']), fact: body as Delivered['fact'] }
}

async function accepted(answer: Promise<Answer>): Promise<Answer['body']> {
  const { status, text, body } = await answer
  if (status !== 202 && status !== 200) throw new Error(`${status}: ${text}`)
  return body
}

interface GraphPost {
  readonly draw: Draw
  readonly isBare: boolean
  readonly isAwaited: boolean
}

async function postGraph(built: BuiltApp, { tenant, seen, seed }: Delivery, post: GraphPost): Promise<Answer> {
  const { draw, isBare, isAwaited } = post
  const text = respelled(seen.graph, seed + draw(1000))
  const targets = isBare ? [] : shuffled(draw, seen.targets)
  const common = { language: 'node', component: 'shop', version: '1' }
  if (draw(2) === 0) {
    const envelope = {
      ...common,
      ...(!isBare && { subject }),
      targets,
      closedWorld: seen.closedWorld,
      artifactContentBase64: Buffer.from(text).toString('base64'),
    }
    const headers = { ...headersOf(tenant, isAwaited), 'content-type': 'application/json' }
    return await built.ask('/signals/callgraphs', compressed(draw, JSON.stringify(envelope), headers))
  }
  const said = { ...common, closedWorld: String(seen.closedWorld), ...(!isBare && subject) }
  const query = new URLSearchParams(said)
  for (const target of targets) query.append('target', target)
  return await built.ask(
    `/signals/callgraphs?${query.toString()}`,
    compressed(draw, text, headersOf(tenant, isAwaited)),
  )
}

interface Batch {
  readonly tenant: string
  readonly callgraphId: string
  readonly draw: Draw
  readonly events: readonly SentEvent[]
  readonly key: string
  readonly isWatched: boolean
}

/** The bytes are settled here, so that the batch is the same when it is sent again; how they are compressed is not. */
function batchPost(built: BuiltApp, { tenant, callgraphId, draw, events, key, isWatched }: Batch): Post {
  const window = { from: '2026-11-20T12:00:00Z', to: '2026-11-20T14:00:00+01:00' }
  const spelled = events.map((event) => respelledEvent(draw, event))
  const form = draw(3)
  const isStructured = form === 0
  const structured = { subject, callgraphId, events: spelled, ...(isWatched && { observation: window }) }
  const lines = spelled.map((event) => JSON.stringify(event)).join('\n')
  const text = isStructured ? JSON.stringify(structured) : form === 1 ? JSON.stringify(spelled) : lines
  const said = { callgraphId, ...subject, ...(isWatched && { observedFrom: window.from, observedTo: window.to }) }
  const path = isStructured ? '' : `/ndjson?${new URLSearchParams(said).toString()}`
  const type = isStructured ? 'application/json' : 'application/x-ndjson'
  return async (isAwaited) => {
    const headers = { ...headersOf(tenant, isAwaited), 'content-type': type, 'idempotency-key': key }
    return await built.ask(`/signals/runtime-facts${path}`, compressed(draw, text, headers))
  }
}

function headersOf(tenant: string, isAwaited: boolean): Record<string, string> {
  return { 'x-stella-tenant': tenant, ...(isAwaited && { prefer: 'wait=30' }) }
}

function respelledEvent(draw: Draw, event: SentEvent): Record<string, unknown> {
  return Object.fromEntries(
    shuffled(draw, Object.entries(event)).map(([member, value]) => [draw(2) ? member : snakeCased(member), value]),
  )
}

function snakeCased(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function compressed(draw: Draw, text: string, headers: Record<string, string>) {
  const codings = [
    { coding: 'identity', compress: (bytes: Buffer) => bytes },
    { coding: 'gzip', compress: gzipSync },
    { coding: 'br', compress: brotliCompressSync },
    { coding: 'zstd', compress: zstdCompressSync },
  ]
  const { coding, compress } = codings[draw(codings.length)]!
  return { body: compress(Buffer.from(text)), headers: { ...headers, 'content-encoding': coding } }
}
