import { type Draw, drawing } from './draw.ts'

export interface PlannedGraph {
  readonly component: string
  readonly nodes: readonly { readonly id: string; readonly name: string }[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
  readonly targets: readonly string[]
}

const components = ['shop', 'billing']
const nodeCount = 60

/** The programs that the subjects run. */
export function planGraphs(seed: number): readonly PlannedGraph[] {
  return components.map((component, position) => planGraph(drawing(seed, -1 - position), component))
}

function planGraph(draw: Draw, component: string): PlannedGraph {
  const ids = ['main', ...Array.from({ length: nodeCount - 1 }, (_, node) => `${component}.f${node}`)]
  // Each but the last third is called by one before it; the rest runs, but by no path.
  const reached = ids.slice(1, 40).map((to, position) => ({ from: ids[draw(position + 1)] ?? 'main', to }))
  const others = ids.slice(41).map((to) => ({ from: ids[40 + draw(nodeCount - 40)] ?? 'main', to }))
  return {
    component,
    nodes: ids.map((id) => ({ id, name: id })),
    edges: [...reached, ...others],
    targets: [1, 2, 3].map(() => ids[draw(nodeCount)] ?? 'main'),
  }
}
