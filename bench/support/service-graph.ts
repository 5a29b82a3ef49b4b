import { type GraphShape, graphBytes } from './made-graph.ts'
import { type Post, post } from './post.ts'

/** Posts a made graph and gives its id. */
export async function postGraph(url: string, shape: GraphShape): Promise<string> {
  const { callgraphId } = await post(graphPost(url, graphBytes(shape), `made-${shape.seed}`))
  if (typeof callgraphId !== 'string') throw new Error('the graph has no id')
  return callgraphId
}

export function graphPost(url: string, body: Post['body'], version: string): Post {
  const query = new URLSearchParams({ language: 'java', component: 'bench', version, format: 'signals-json' })
  return { url: `${url}/signals/callgraphs?${query.toString()}`, headers: { 'content-type': 'application/json' }, body }
}

export function eventsUrl(url: string, callgraphId: string, scanId: string): string {
  const query = new URLSearchParams({ callgraphId, scanId })
  return `${url}/signals/runtime-facts/ndjson?${query.toString()}`
}
