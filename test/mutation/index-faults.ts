import { type Fault, faultsIn } from './fault.ts'

export const indexFaults: readonly Fault[] = [
  ...faultsIn('src/callgraphs/graph-hash.ts', [
    {
      name: 'entry-points-not-hashed',
      find: 'for (const bytes of bytesOfLines(this.#graph.entryPoints, entryPointLine)) this.#hash.update(bytes)',
      replace: '',
      why: 'two graphs with other entry points would be the same graph',
    },
  ]),
  ...faultsIn('src/callgraphs/canonical-lines.ts', [
    {
      name: 'node-members-as-told',
      find: 'if (node.attributes) return canonicalJson(node)',
      replace: 'if (node.attributes) return JSON.stringify(node)',
      why: 'the order of members would be in the hash',
    },
    {
      name: 'last-line-lost',
      find: 'if (gathered.length > 0) yield',
      replace: 'if (gathered.length > 2) yield',
      why: 'a line that stands alone in the last piece would be no part of the hash',
    },
  ]),
  ...faultsIn('src/callgraphs/edge-lines.ts', [
    {
      name: 'resolution-not-hashed',
      find: 'const position = code * 2 + (isResolved ? 1 : 0)',
      replace: 'const position = code * 2',
      why: 'a graph with unresolved calls would be the same as one without',
    },
    {
      name: 'evidence-hashed',
      find: 'const evidence = this.#withEvidence ? edge.evidence : []',
      replace: 'const evidence = edge.evidence',
      why: 'where an edge was seen would make it another one',
    },
    {
      name: 'block-that-is-not-full-lost',
      find: 'if (filled > 0) yield',
      replace: 'if (filled > block.length) yield',
      why: 'the last edges would be no part of the hash',
    },
  ]),
  ...faultsIn('src/callgraphs/formats/plain-object.ts', [
    {
      name: 'member-twice-is-plain',
      find: 'if (member === -1 || this.has(member)) return -1',
      replace: 'if (member === -1) return -1',
      why: 'of two members of one name the last would win, where the strict parser refuses both',
    },
    {
      name: 'text-that-would-be-trimmed-is-plain',
      find: 'bytes[start] === space || bytes[at - 1] === space',
      replace: 'bytes[start] === space',
      why: 'one node would have two ids',
    },
    {
      name: 'escapes-taken-for-what-they-look-like',
      find: 'byte < space || byte >= 0x7f || byte === backslash',
      replace: 'byte < space || byte >= 0x7f',
      why: 'an id would have the escape in it, and end where a quote is escaped',
    },
    {
      name: 'leading-zero-is-a-number',
      find: 'if (end === start || (bytes[start] === zero && end > start + 1)) return -1',
      replace: 'if (end === start) return -1',
      why: 'what is no JSON would be taken',
    },
  ]),
  ...faultsIn('src/callgraphs/formats/known-values.ts', [
    {
      name: 'values-of-one-hash-are-one',
      find: 'bytes.compare(this.#bytes, from, from + length, start, end) === 0',
      replace: 'true',
      why: 'anybody could join two nodes whose ids have one hash',
    },
  ]),
  ...faultsIn('src/callgraphs/build-graph-index.ts', [
    {
      name: 'last-of-like-edges-decides',
      find: 'if (!isResolved) unresolved[count - 1] = 1',
      replace: 'unresolved[count - 1] = isResolved ? 0 : 1',
      why: 'an unresolved call beside a resolved one would be hidden, and earn an unreachable',
    },
    {
      name: 'no-node-external',
      find: "(node.kind === 'external' ? 1 : 0)",
      replace: '0',
      why: 'code that the graph does not hold would be known, and earn an unreachable',
    },
    {
      name: 'edge-of-the-next-caller-dropped',
      find: 'from === lastFrom && count > 0 &&',
      replace: 'count > 0 &&',
      why: 'two callers of one callee in a row: the second call would be lost',
    },
    {
      name: 'names-in-order-of-the-locale',
      find: 'names.filter((name) => name !== undefined).sort()',
      replace: 'names.filter((name) => name !== undefined).sort((left, right) => left.localeCompare(right))',
      why: 'a name would not be found where it is looked for',
    },
    {
      name: 'last-source-of-an-entry-point-stays',
      find: 'strongerSource(sources.get(node) ?? source, source)',
      replace: 'source',
      why: 'a declared entry point would be taken for a guessed one',
    },
  ]),
  ...faultsIn('src/callgraphs/open-graph-index.ts', [
    {
      name: 'ambiguous-name-guessed',
      find: "table.isAt(first + 1, bytes) ? { kind: 'ambiguous' } : { kind",
      replace: '{ kind',
      why: 'an ambiguous name is an unknown, never a guess',
    },
    {
      name: 'symbol-id-before-symbol-key',
      find: 'resolve(ids, [keys, symbols], name)',
      replace: 'resolve(ids, [symbols, keys], name)',
      why: 'the first kind of name with any match decides',
    },
    {
      name: 'index-of-another-format-opened',
      find: 'if (header[1] !== graphIndexFormat)',
      replace: 'if (header[1] === 0)',
      why: 'bytes of another layout would be searched as a graph',
    },
    {
      name: 'longer-index-opened',
      find: 'if (at !== buffer.byteLength)',
      replace: 'if (at > buffer.byteLength)',
      why: 'what is not exactly an index is none',
    },
  ]),
]
