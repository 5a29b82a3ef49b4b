import { nodeId, seededInteger } from './made-graph.ts'

export interface EventsShape {
  readonly lines: number
  /** The numbers of the nodes that are named. */
  readonly nodes: readonly number[]
  readonly seed: number
}

export const lineBytes = 381

/** NDJSON lines with every field that a runtime fact can have, each line as long as the others. */
export function eventBytes({ lines, nodes, seed }: EventsShape): Buffer {
  const below = seededInteger(seed)
  const texts = Array.from({ length: lines }, (_, line) => {
    // Every symbol once, then at random.
    const node = nodes[line] ?? nodes[below(nodes.length)] ?? 0
    return padded(eventOf(node, below))
  })
  return Buffer.from(texts.join(''))
}

/**
 * So many nodes, `step` apart. Numbers that follow one another share a package and stand together in every sorted list;
 * what an observer sees is spread over the program, and costs more.
 */
export function spreadNodes({ first, count, step }: { first: number; count: number; step: number }): number[] {
  return Array.from({ length: count }, (_, position) => first + position * step)
}

function eventOf(node: number, below: (bound: number) => number): Record<string, unknown> {
  const pod = below(40)
  return {
    symbolId: nodeId(node),
    codeId: `c${node}`,
    purl: `pkg:maven/acme/m${node >>> 8}@1.4`,
    buildId: 'b7e2',
    loaderBase: '0x7f3a',
    processId: 100 + pod,
    processName: 'java',
    socketAddress: `10.0.0.${pod}:443`,
    containerId: `pod-${pod}`,
    evidenceUri: `cas://${pod}`,
    hitCount: 1 + below(50),
    observedAt: new Date(1_795_000_000_000 + below(3_600_000)).toISOString(),
    metadata: { n: '' },
  }
}

/** The metadata takes what is left of the line. */
function padded(event: Record<string, unknown>): string {
  const short = JSON.stringify(event)
  const room = lineBytes - 1 - short.length
  if (room < 0) throw new RangeError(`an event takes ${short.length} bytes without its padding`)
  return `${short.slice(0, -3)}${'x'.repeat(room)}"}}\n`
}
