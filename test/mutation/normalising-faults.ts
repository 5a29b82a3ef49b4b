import { type Fault, faultsIn } from './fault.ts'

export const normalisingFaults: readonly Fault[] = [
  ...faultsIn('src/callgraphs/normalize-callgraph.ts', [
    {
      name: 'nodes-in-order-of-the-locale',
      find: 'gathered.ids.toSorted()',
      replace: 'gathered.ids.toSorted((left, right) => left.localeCompare(right))',
      why: 'one graph would have another hash on another machine',
    },
    {
      name: 'self-call-is-a-caller',
      find: 'if (edges.from(row) !== edges.to(row)) marks',
      replace: 'marks',
      why: 'a recursive main would never be guessed as an entry point',
    },
    {
      name: 'missing-end-is-a-function',
      find: "several.length === 0 ? { kind: 'external' }",
      replace: "several.length === 0 ? { kind: 'function' }",
      why: 'the call into an absent library would look as if it were known, and earn an unreachable',
    },
  ]),
  ...faultsIn('src/callgraphs/graph-builder.ts', [
    {
      name: 'every-call-resolved',
      find: 'isResolved: edge.isResolved ?? true',
      replace: 'isResolved: true',
      why: 'a guess at a callee would be taken for the only one',
    },
    {
      name: 'one-edge-too-many',
      find: 'this.#edges.length >= this.#limits.maxEdges',
      replace: 'this.#edges.length > this.#limits.maxEdges',
      why: 'a limit is what may be there, not one more',
    },
    {
      name: 'one-node-too-many',
      find: 'this.#ids.length >= this.#limits.maxNodes',
      replace: 'this.#ids.length > this.#limits.maxNodes',
      why: 'a limit is what may be there, not one more',
    },
    {
      name: 'confidence-of-an-edge-not-clamped',
      find: 'return confidence > 1 ? 1 : 0',
      replace: 'return confidence',
      why: 'a confidence beyond 1 would win over every honest one',
    },
    {
      name: 'zero-counts-as-clamped',
      find: 'confidence >= 0 &&',
      replace: 'confidence > 0 &&',
      why: 'a boundary is inside',
    },
    {
      name: 'heuristic-edges-as-sure-as-static-ones',
      find: 'heuristic: 0.5',
      replace: 'heuristic: 1',
      why: 'the default of a guess is half',
    },
    {
      name: 'unknown-entry-point-left-out',
      find: "for (const { nodeId } of this.#entryPoints) this.#numberOf(nodeId, '/nodeId')",
      replace: '',
      why: 'a declared entry point that the graph lacks is what must be asked about',
    },
  ]),
  ...faultsIn('src/callgraphs/merge-nodes.ts', [
    {
      name: 'larger-member-wins',
      find: 'canonicalJson(value) <= canonicalJson(other) ? value : other',
      replace: 'canonicalJson(value) >= canonicalJson(other) ? value : other',
      why: 'another reading of the same nodes has another hash',
    },
    {
      name: 'attribute-that-came-last-wins',
      find: '.toSorted(([, left], [, right]) => compareOrdinal(right, left))',
      replace: '',
      why: 'of names that cleaning made equal the order of members would decide',
    },
    {
      name: 'absolute-file-names-kept',
      find: 'members.file === undefined ? members : { ...members, file: stripRoot(members.file) }',
      replace: 'members',
      why: 'a graph would tell where it was made, and differ by it',
    },
    {
      name: 'symbol-key-from-the-name',
      find: 'symbolKey = id,',
      replace: 'symbolKey = name,',
      why: 'nodes of one name would be ambiguous to observers',
    },
  ]),
  ...faultsIn('src/callgraphs/clean-text.ts', [
    {
      name: 'texts-not-composed',
      find: "text.trim().normalize('NFC')",
      replace: 'text.trim()',
      why: 'an é typed in two ways would be two symbols',
    },
    {
      name: 'candidates-as-told',
      find: '[...new Set(texts.map((text) => cleanId(text, pointer)))].toSorted()',
      replace: '[...new Set(texts.map((text) => cleanId(text, pointer)))]',
      why: 'the order in which candidates were told would be in the hash',
    },
    {
      name: 'half-of-a-pair-accepted',
      find: 'if (!text.isWellFormed()) throw',
      replace: "if (text === '\\0') throw",
      why: 'half of a surrogate pair has no canonical form',
    },
    {
      name: 'id-of-4096-characters-refused',
      find: 'maxIdLength = 4096',
      replace: 'maxIdLength = 4095',
      why: 'a boundary is inside',
    },
  ]),
  ...faultsIn('src/callgraphs/symbol-parts.ts', [
    {
      name: 'go-package-ends-at-its-first-dot',
      find: ".lastIndexOf('.')",
      replace: ".indexOf('.')",
      why: 'a package path has dots of its own',
    },
    {
      name: 'name-may-be-empty',
      find: 'separator >= id.length - 1',
      replace: 'separator >= id.length',
      why: 'a function without a name would share its symbol id with others',
    },
  ]),
]
