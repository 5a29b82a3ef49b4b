import { type GraphShape, graphBytes } from './made-graph.ts'
import { type Post, post } from './post.ts'

/** Posts a made graph and gives its id. */
export async function postGraph(url: string, shape: GraphShape): Promise<string> {
  const { callgraphId } = await post(graphPost(url, { body: graphBytes(shape), version: `made-${shape.seed}` }))
  if (typeof callgraphId !== 'string') throw new Error('the graph has no id')
  return callgraphId
}

export interface PostedGraph {
  readonly body: Post['body']
  readonly version: string
  readonly language?: string
  readonly format?: string
}

export function graphPost(
  url: string,
  { body, version, language = 'java', format = 'signals-json' }: PostedGraph,
): Post {
  const query = new URLSearchParams({ language, component: 'bench', version, format })
  return { url: `${url}/signals/callgraphs?${query.toString()}`, headers: { 'content-type': 'application/json' }, body }
}

export function eventsUrl(url: string, callgraphId: string, scanId: string): string {
  const query = new URLSearchParams({ callgraphId, scanId })
  return `${url}/signals/runtime-facts/ndjson?${query.toString()}`
}
