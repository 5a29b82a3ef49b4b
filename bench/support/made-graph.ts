/** Numbers below `bound` that a seed gives again (mulberry32): both sides of a claim get the same graph. */
export function seededInteger(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound)
  }
}

export interface GraphShape {
  readonly nodes: number
  readonly edges: number
  readonly seed: number
}

export interface GraphColumns {
  readonly from: Uint32Array
  readonly to: Uint32Array
}

const near = 400

/** Everything can be reached from node 0; most calls stay near their caller, as in programs, and some go anywhere. */
export function makeEdges({ nodes, edges, seed }: GraphShape): GraphColumns {
  const below = seededInteger(seed)
  const [from, to] = [new Uint32Array(edges), new Uint32Array(edges)]
  for (let edge = 0; edge < edges; edge++) {
    if (edge + 1 < nodes) {
      to[edge] = edge + 1
      from[edge] = Math.max(0, edge - below(near))
    } else {
      const caller = below(nodes)
      from[edge] = caller
      to[edge] = below(8) === 0 ? below(nodes) : Math.min(nodes - 1, caller + below(near))
    }
  }
  return { from, to }
}

/** So many nodes from anywhere, each once. */
export function pickNodes({ nodes, count, seed }: { nodes: number; count: number; seed: number }): number[] {
  const below = seededInteger(seed)
  const picked = new Set<number>()
  while (picked.size < count) picked.add(below(nodes))
  return [...picked]
}

const nouns = ['Order', 'Invoice', 'Cart', 'Customer', 'Payment', 'Shipment', 'Catalog', 'Session', 'Voucher', 'Audit']
const roles = ['Service', 'Controller', 'Repository', 'Mapper', 'Listener', 'Factory', 'Validator', 'Client']
const verbs = ['find', 'apply', 'create', 'update', 'remove', 'convert', 'publish', 'resolve']
const parameters = ['', 'java.lang.String', 'java.lang.String,int', 'java.util.List', 'java.util.Map,boolean']

/** A method as java-callgraph prints it, another for each number. */
export function nodeId(node: number): string {
  const [noun, role] = [pick(nouns, node), pick(roles, node >>> 3)]
  const [verb, parameter] = [pick(verbs, node >>> 5), pick(parameters, node >>> 2)]
  return `com.acme.shop.m${node >>> 8}.${noun}${role}:${verb}${noun}${node & 255}(${parameter})`
}

/** The graph as `signals-json`, in pieces of about a megabyte. */
export function* graphBytes(shape: GraphShape): Generator<Buffer> {
  const { from, to } = makeEdges(shape)
  const quoted = Array.from({ length: shape.nodes }, (_, node) => JSON.stringify(nodeId(node)))
  yield Buffer.from(`{"entryPoints":[{"nodeId":${quoted[0]},"kind":"main"}],"nodes":[`)
  yield* inPieces(shape.nodes, (node) => `{"id":${quoted[node]},"kind":"method"}`)
  yield Buffer.from('],"edges":[')
  yield* inPieces(shape.edges, (edge) => `{"from":${quoted[from[edge] ?? 0]},"to":${quoted[to[edge] ?? 0]}}`)
  yield Buffer.from(']}')
}

const recordsInPiece = 8_000

function* inPieces(count: number, recordOf: (position: number) => string): Generator<Buffer> {
  for (let start = 0; start < count; start += recordsInPiece) {
    const length = Math.min(recordsInPiece, count - start)
    const records = Array.from({ length }, (_, offset) => recordOf(start + offset))
    yield Buffer.from(`${start === 0 ? '' : ','}${records.join(',')}`)
  }
}

function pick(words: readonly string[], number: number): string {
  return words[number % words.length] ?? ''
}
