export type Callees = ReadonlyMap<string, readonly string[]>

export function calleesOf(edges: Iterable<readonly [from: string, to: string]>): Callees {
  const callees = new Map<string, string[]>()
  for (const [from, to] of edges) {
    const known = callees.get(from)
    if (known) known.push(to)
    else callees.set(from, [to])
  }
  return callees
}

/** The shortest path between two nodes, both included; undefined when there is none. It ends as soon as the target is found. */
export function shortestPath(callees: Callees, entryPoint: string, target: string): string[] | undefined {
  const parents = new Map<string, string | undefined>([[entryPoint, undefined]])
  const waiting = [entryPoint]
  for (const node of waiting) {
    if (node === target) return pathTo(target, parents)
    for (const callee of callees.get(node) ?? []) {
      if (parents.has(callee)) continue
      parents.set(callee, node)
      waiting.push(callee)
    }
  }
  return undefined
}

function pathTo(target: string, parents: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = []
  for (let node: string | undefined = target; node !== undefined; node = parents.get(node)) path.push(node)
  return path.reverse()
}
