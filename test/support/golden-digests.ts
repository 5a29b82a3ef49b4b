import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type BuiltApp, openApp } from './build-app.ts'
import { madeGraphs } from './made-graphs.ts'
import { expectedOf, type RealGraph, realGraphs } from './real-graphs.ts'

export interface GoldenDigests {
  /** `graphHash` by file. */
  readonly graphs: Readonly<Record<string, string>>
  /** `fact.digest` by file, once the graph, its targets and the trace of its program are taken in. */
  readonly facts: Readonly<Record<string, string>>
}

const fixtures = resolve(import.meta.dirname, '../../fixtures')

export const goldenFile = join(fixtures, 'golden-digests.json')

/** Digests of all fixtures as the service, whole and in this process, makes them. */
export async function computeGoldenDigests(): Promise<GoldenDigests> {
  await using built = await openApp()
  const graphs: Record<string, string> = {}
  const facts: Record<string, string> = {}
  for (const [position, real] of realGraphs.entries()) {
    const name = `${real.folder}/${real.file}`
    // Each in a tenant of its own: two files that hold one graph then give one fact as well.
    const posted = { ...real, path: `real/${name}`, component: real.folder, tenant: `golden-${position}` }
    const graph = await postGraph(built, posted, Object.keys(expectedOf(real).paths))
    graphs[name] = graph.graphHash
    facts[name] = await factDigest(built, { ...posted, ...graph })
  }
  for (const { file, language } of madeGraphs) {
    graphs[file] = (await postGraph(built, { path: file, component: file, language, tenant: 'golden' }, [])).graphHash
  }
  return { graphs, facts }
}

interface PostedFile {
  readonly tenant: string
  readonly path: string
  readonly component: string
  readonly language: string
}

interface PostedGraph {
  readonly callgraphId: string
  readonly graphHash: string
}

async function postGraph(built: BuiltApp, posted: PostedFile, targets: readonly string[]): Promise<PostedGraph> {
  const { tenant, path, component, language } = posted
  const subject = { subjectComponent: component, subjectVersion: '1' }
  const query = new URLSearchParams({ language, component, version: '1', ...subject })
  for (const target of targets) query.append('target', target)
  const { status, text, body } = await built.ask(`/signals/callgraphs?${query.toString()}`, {
    body: readFileSync(join(fixtures, path)),
    headers: {
      'x-stella-tenant': tenant,
      prefer: 'wait=30',
      ...(path.endsWith('.gz') && { 'content-encoding': 'gzip' }),
    },
  })
  if (status !== 202) throw new Error(text)
  return { callgraphId: String(body['callgraphId']), graphHash: String(body['graphHash']) }
}

/** The window is told in the time of Kathmandu, so that whoever takes local time for UTC gets another digest. */
async function factDigest(built: BuiltApp, posted: PostedFile & RealGraph & PostedGraph): Promise<string> {
  const { tenant, component, callgraphId, folder, runtime } = posted
  const window = { observedFrom: '2026-11-20T00:00:00+05:45', observedTo: '2026-11-22T00:00:00+05:45' }
  const query = new URLSearchParams({ callgraphId, component, version: '1', ...window }).toString()
  const { status, text, body } = await built.ask(`/signals/runtime-facts/ndjson?${query}`, {
    body: readFileSync(join(fixtures, 'real', folder, runtime)),
    headers: { 'x-stella-tenant': tenant, 'content-type': 'application/x-ndjson', prefer: 'wait=30' },
  })
  if (status !== 202 || body['rejected'] !== 0) throw new Error(text)
  const { digest } = body['fact'] as { digest: string }
  return digest
}
