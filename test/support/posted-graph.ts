import type { BuiltApp } from './build-app.ts'

/** `main` calls `a`, which calls `b`; nobody calls `c`. */
export const smallGraph = JSON.stringify({
  nodes: ['main', 'a', 'b', 'c'].map((id) => ({ id, name: id })),
  edges: [
    { from: 'main', to: 'a' },
    { from: 'a', to: 'b' },
  ],
})

/** Posts the small graph, with whatever else the query shall say, and waits until its fact, if it makes one, is settled. */
export async function postGraph(
  built: BuiltApp,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const search = new URLSearchParams({ language: 'node', component: 'shop', version: '1', ...query })
  const { status, text, body } = await built.ask(`/signals/callgraphs?${search.toString()}`, {
    body: smallGraph,
    headers: { prefer: 'wait=30', ...headers },
  })
  if (status !== 202) throw new Error(`${status}: ${text}`)
  await built.settled()
  return String(body['callgraphId'])
}
