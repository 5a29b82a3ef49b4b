import type { ScoringProfile } from '../scoring/profile.ts'
import type { RequestedName, Scored } from './fact-ledger.ts'
import type { StoredFact } from './fact-row.ts'
import { type Indexes, type ObservedSymbol, type PlacedTargets, placeTargets } from './place-targets.ts'
import type { SearchedGraph } from './search-subject.ts'
import type { StoredEvidence } from './stored-evidence.ts'

/** A subject whose graphs are searched, ready to be asked: by questions that store nothing. */
export interface SearchedFact {
  readonly subjectKey: string
  readonly version: number
  readonly fact: StoredFact
  readonly scored: Scored
  readonly profile: ScoringProfile
  readonly evidence: StoredEvidence
  readonly graphs: ReadonlyMap<string, SearchedGraph>
}

/** Where names stand in the graphs, as a fold would place them if they were asked for. */
export function placeNames({ evidence }: SearchedFact, names: ReadonlySet<string>): PlacedTargets {
  const indexes: Indexes = new Map(evidence.graphs.map(({ record, index }) => [record.callgraphId, index]))
  const requested = evidence.requested.filter(({ name }) => names.has(name))
  const observed: ObservedSymbol[] = evidence.observed.filter(({ symbolId }) => names.has(symbolId))
  const known = new Set([...requested.map(({ name }) => name), ...observed.map(({ symbolId }) => symbolId)])
  const fresh: RequestedName[] = [...names].filter((name) => !known.has(name)).map((name) => ({ name, namedWith: '' }))
  return placeTargets(indexes, { requested: [...requested, ...fresh], observed })
}
