import type { Evidence } from '../evidence/evidence.ts'
import type { FactLedger } from './fact-ledger.ts'
import type { SubjectLimits } from './subject-limits.ts'

/** Further identities of the subject, the ordinally smallest, whatever came first. */
export function boundAliases(
  before: readonly string[],
  evidence: readonly Evidence[],
  limit: number,
): { readonly aliases: readonly string[]; readonly isCut: boolean } {
  const all = [...new Set([...before, ...evidence.flatMap(({ aliases }) => aliases)])].sort()
  return { aliases: all.slice(0, limit), isCut: all.length > limit }
}

/**
 * Keeps the ordinally smallest graphs. One that was left out once is left out for ever, since the others stay; its hits
 * then count in the graphs that are kept.
 */
export function boundCallgraphs(
  ledger: FactLedger,
  { callgraphs }: Pick<SubjectLimits, 'callgraphs'>,
): { readonly ledger: FactLedger; readonly isCut: boolean } {
  const { callgraphIds, watchedCallgraphIds, provenance } = ledger
  if (callgraphIds.length <= callgraphs) return { ledger, isCut: false }
  const kept = callgraphIds.slice(0, callgraphs)
  const inKept = (ids: readonly string[]): string[] => ids.filter((id) => kept.includes(id))
  const bounded = {
    ...ledger,
    callgraphIds: kept,
    watchedCallgraphIds: inKept(watchedCallgraphIds),
    provenance: { ...provenance, callgraphIds: inKept(provenance.callgraphIds) },
  }
  return { ledger: bounded, isCut: true }
}
