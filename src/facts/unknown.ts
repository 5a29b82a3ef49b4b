import type { ReportedUnknown } from '../evidence/evidence.ts'
import { cleanName } from './clean-name.ts'

/** Something that could not be resolved, kept as data. Its identity is the five names; reasons and sources are no part of it. */
export interface Unknown {
  readonly symbolId?: string
  readonly codeId?: string
  readonly purl?: string
  readonly edgeFrom?: string
  readonly edgeTo?: string
  /** Sorted, distinct: `external-node`, `unresolved-call`, `not-in-graph`, `ambiguous-symbol`, or what was reported. */
  readonly reasons: readonly string[]
  /** Sorted, distinct: `callgraph`, `runtime`, or who reported it. */
  readonly sources: readonly string[]
}

const identity = ['symbolId', 'codeId', 'purl', 'edgeFrom', 'edgeTo'] as const

export function unknownKeyOf(unknown: Omit<ReportedUnknown, 'reason'>): string {
  return identity.map((member) => unknown[member] ?? '').join('\0')
}

/** An entry as posted; undefined when cleaning leaves no identifier of it. */
export function reportedUnknown(source: string, posted: ReportedUnknown): Unknown | undefined {
  const named = identity.flatMap((member) => {
    const name = cleanName(posted[member] ?? '')
    return name === '' ? [] : [[member, name] as const]
  })
  if (named.length === 0) return undefined
  return {
    ...Object.fromEntries(named),
    reasons: posted.reason === undefined ? [] : [posted.reason],
    sources: [source],
  }
}

export function uniteUnknowns(one: Unknown, other: Unknown): Unknown {
  return { ...one, reasons: united(one.reasons, other.reasons), sources: united(one.sources, other.sources) }
}

function united(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])].sort()
}

/** Several ordered sequences as one, in which equal keys are united; none is ever held whole. */
export function* mergeUnknowns(sequences: readonly Iterable<Unknown>[]): Generator<Unknown> {
  const heads = sequences.map((sequence) => headOf(sequence[Symbol.iterator]()))
  for (;;) {
    const open = heads.filter((head) => head.key !== undefined)
    const smallest = open.reduce<string | undefined>((least, { key }) => lesser(least, key), undefined)
    if (smallest === undefined) return
    let unknown: Unknown | undefined
    for (const head of open) {
      while (head.key === smallest && head.entry) {
        unknown = unknown ? uniteUnknowns(unknown, head.entry) : head.entry
        head.advance()
      }
    }
    if (unknown) yield unknown
  }
}

interface Head {
  key: string | undefined
  entry: Unknown | undefined
  advance(): void
}

function headOf(entries: Iterator<Unknown>): Head {
  const head: Head = {
    key: undefined,
    entry: undefined,
    advance() {
      const next = entries.next()
      head.entry = next.done === true ? undefined : next.value
      head.key = head.entry && unknownKeyOf(head.entry)
    },
  }
  head.advance()
  return head
}

function lesser(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one < other ? one : other
}
