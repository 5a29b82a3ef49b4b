import { differingEntries } from '../facts/differing-entries.ts'
import type { FactBody, LongList } from '../facts/fact.ts'
import type { KeyOf } from '../facts/merge-entries.ts'
import { runtimeFactKey } from '../facts/merge-evidence.ts'
import { stateKeyOf } from '../facts/write-scored.ts'
import type { Digest } from '../identifiers/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { recordKey } from '../provenance/provenance-record.ts'

/** Where a computed fact first differs from the one that is to be proven. */
export interface Divergence {
  /** The member of the fact. */
  readonly member: string
  /** Of `states`. */
  readonly state?: { readonly callgraphId: string; readonly target: string }
  /** Of any other list: what names the entry. */
  readonly entry?: string
  /** The member of that entry; absent when only one of the two has it. */
  readonly field?: string
  /** Null where there is none. */
  readonly expected: unknown
  readonly computed: unknown
}

export interface ComparedFact {
  readonly body: FactBody
  readonly readChunk: (digest: Digest) => Promise<readonly unknown[]>
}

/** In the order in which a fact is made: a wrong hit is told rather than the wrong score that comes of it. */
export async function firstDivergence(expected: ComparedFact, computed: ComparedFact): Promise<Divergence | undefined> {
  for (const member of membersBefore) {
    const found = memberDivergence(expected, computed, member)
    if (found) return found
  }
  for (const list of lists) {
    const found = await listDivergence(list, expected, computed)
    if (found) return found
  }
  const named = new Set([...Object.keys(expected.body), ...Object.keys(computed.body)])
  for (const member of [...named].sort(compareOrdinal)) {
    const found = memberDivergence(expected, computed, member)
    if (found) return found
  }
  return undefined
}

const membersBefore = ['schema', 'subject', 'subjectKey', 'scoringProfile', 'callgraphs']

function memberDivergence(expected: ComparedFact, computed: ComparedFact, member: string): Divergence | undefined {
  const [one, other] = [memberOf(expected.body, member), memberOf(computed.body, member)]
  return canonicalJson(one) === canonicalJson(other) ? undefined : { member, expected: one, computed: other }
}

function memberOf(object: object, name: string): unknown {
  return Object.entries(object).find(([member]) => member === name)?.[1] ?? null
}

interface ComparedMember {
  readonly member: string
  readonly listOf: (body: FactBody) => LongList<unknown>
  readonly keyOf: KeyOf<unknown>
  readonly place: (entry: unknown) => Pick<Divergence, 'state' | 'entry'>
}

function comparedMember<Entry>(
  member: string,
  listOf: (body: FactBody) => LongList<Entry>,
  keyOf: KeyOf<Entry>,
  place: (entry: Entry) => Pick<Divergence, 'state' | 'entry'> = (entry) => ({
    entry: keyOf(entry).replaceAll('\0', ' '),
  }),
): ComparedMember {
  // Entries come from a list of this member: that they are of its type is known here and told to nobody else.
  const typed = (entry: unknown): Entry => entry as Entry
  return { member, listOf, keyOf: (entry) => keyOf(typed(entry)), place: (entry) => place(typed(entry)) }
}

const lists: readonly ComparedMember[] = [
  comparedMember('runtimeFacts', (body) => body.runtimeFacts, runtimeFactKey),
  comparedMember('contextFacts', (body) => body.contextFacts.records, recordKey),
  comparedMember(
    'targets',
    (body) => body.targets,
    ({ target }) => target,
  ),
  comparedMember(
    'states',
    (body) => body.states,
    stateKeyOf,
    ({ callgraphId, target }) => ({
      state: { callgraphId, target },
    }),
  ),
]

async function listDivergence(
  { member, listOf, keyOf, place }: ComparedMember,
  expected: ComparedFact,
  computed: ComparedFact,
): Promise<Divergence | undefined> {
  const one = { list: listOf(expected.body), readChunk: expected.readChunk }
  const other = { list: listOf(computed.body), readChunk: computed.readChunk }
  for await (const { before, after } of differingEntries(keyOf, one, other)) {
    return { member, ...place(before ?? after), ...entryDivergence(before, after) }
  }
  return undefined
}

function entryDivergence(before: unknown, after: unknown): Pick<Divergence, 'field' | 'expected' | 'computed'> {
  const [expected, computed] = [before ?? null, after ?? null]
  if (!isObject(expected) || !isObject(computed)) return { expected, computed }
  const names = [...new Set([...Object.keys(expected), ...Object.keys(computed)])].sort(compareOrdinal)
  const field = names.find(
    (name) => canonicalJson(memberOf(expected, name)) !== canonicalJson(memberOf(computed, name)),
  )
  if (field === undefined) return { expected, computed }
  return { field, expected: memberOf(expected, field), computed: memberOf(computed, field) }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
