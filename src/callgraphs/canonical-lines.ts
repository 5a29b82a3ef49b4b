import { canonicalJson } from '../lib/canonical-json.ts'
import type { CallgraphEntryPoint, CallgraphNode } from './callgraph.ts'
import { callgraphSchema } from './callgraph.ts'

export function schemaLine(closedWorld: boolean): string {
  return JSON.stringify({ closedWorld, schema: callgraphSchema })
}

// RFC 8785 sorts members by UTF-16 code units and writes strings and numbers as ECMAScript does: an object made with its
// members in that order needs no sorting, which takes half the time.

/** Open member names may look like array positions, which have an order of their own in ECMAScript: those are sorted. */
export function nodeLine(node: CallgraphNode): string {
  if (node.attributes) return canonicalJson(node)
  const { buildId, codeId, file, id, isEntryPointCandidate, kind, language, line, name, namespace, purl } = node
  const { symbolDigest, symbolId, symbolKey, visibility } = node
  return JSON.stringify({
    buildId,
    codeId,
    file,
    id,
    isEntryPointCandidate,
    kind,
    language,
    line,
    name,
    namespace,
    purl,
    symbolDigest,
    symbolId,
    symbolKey,
    visibility,
  })
}

export function entryPointLine({ kind, nodeId, phase, route, source }: CallgraphEntryPoint): string {
  return JSON.stringify({ kind, nodeId, phase, route, source })
}

/** Lines with their LF, gathered into pieces that are worth a write each. */
export function* bytesOfLines<Item>(items: Iterable<Item>, lineOf: (item: Item) => string): Generator<Buffer> {
  let gathered: string[] = []
  let length = 0
  for (const item of items) {
    const line = lineOf(item)
    gathered.push(line, '\n')
    length += line.length
    if (length < 64 * 1024) continue
    yield Buffer.from(gathered.join(''), 'utf8')
    gathered = []
    length = 0
  }
  if (gathered.length > 0) yield Buffer.from(gathered.join(''), 'utf8')
}
