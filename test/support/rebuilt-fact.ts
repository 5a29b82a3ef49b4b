import { createHash } from 'node:crypto'
import { canonicalJson } from '../../src/lib/canonical-json.ts'

// What a client does that trusts nothing but the contract: the covered body made again from what it was sent.

type Entry = Readonly<Record<string, unknown>>

export interface SentLists {
  readonly targets: readonly Entry[]
  readonly states: readonly Entry[]
  readonly runtimeFacts: readonly Entry[]
  readonly records: readonly Entry[]
}

export type CoveredList = readonly Entry[] | { readonly count: number; readonly chunks: readonly string[] }

/** The digest that a fact must have, from its answer and its complete lists. Source: contracts and small print, 6. */
export function rebuiltDigest(answer: Entry, lists: SentLists): string {
  const covered = Object.fromEntries(Object.entries(answer).filter(([member]) => !isBeside(member)))
  const contextFacts = { ...(answer['contextFacts'] as Entry), records: coveredList(lists.records, recordKey) }
  return digestOf(
    canonicalJson({
      ...covered,
      targets: coveredList(lists.targets, joined('target')),
      states: coveredList(lists.states, joined('callgraphId', 'target')),
      runtimeFacts: coveredList(lists.runtimeFacts, joined('callgraphId', 'symbolId')),
      contextFacts,
    }),
  )
}

function coveredList(entries: readonly Entry[], keyOf: (entry: Entry) => string): CoveredList {
  if (entries.length <= 1_000) return entries
  const chunks: Entry[][] = []
  for (const entry of entries) {
    const hash = createHash('sha256').update(keyOf(entry)).digest()
    const endsInNineZeroBits = hash.readUInt16BE(30) % 512 === 0
    if (chunks.length === 0 || endsInNineZeroBits) chunks.push([])
    chunks.at(-1)?.push(entry)
  }
  return { count: entries.length, chunks: chunks.map((chunk) => digestOf(canonicalJson(chunk))) }
}

function joined(...members: readonly string[]): (entry: Entry) => string {
  return (entry) => members.map((member) => String(entry[member])).join('\0')
}

function isBeside(member: string): boolean {
  return ['tenant', 'metadata', 'computedAt'].includes(member) || /(NextCursor|Total)$/.test(member)
}

function recordKey({ recordType, subject }: Entry): string {
  return `${String(recordType)}\0${String((subject as Entry)['identifier'])}`
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}
