import { graphOf, subjectCount, subjectNamed } from './planned-batches.ts'
import type { PlannedGraph } from './planned-graphs.ts'

/** Each graph, posted once for every subject that runs its program; gives their ids in order. */
export async function postGraphs(url: string, graphs: readonly PlannedGraph[]): Promise<string[]> {
  const ids: string[] = []
  for (let position = 0; position < subjectCount; position += 1) {
    const graph = graphOf(position, graphs)
    const planned = graphs[graph]
    if (planned) ids[graph] = await postGraph(url, planned, subjectNamed(position))
  }
  return ids
}

async function postGraph(url: string, { component, nodes, edges, targets }: PlannedGraph, scanId: string) {
  const query = new URLSearchParams({ language: 'node', component, version: '1', scanId })
  for (const target of new Set(targets)) query.append('target', target)
  const body = JSON.stringify({ nodes, edges })
  const response = await fetch(`${url}/signals/callgraphs?${query.toString()}`, { method: 'POST', body })
  if (!response.ok) throw new Error(`a graph: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { callgraphId: string }).callgraphId
}
