import type { SlimEvent } from '../events/outbox.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { FactSummary } from './fact.ts'
import type { FactLedger } from './fact-ledger.ts'

/**
 * One subject, one row. `revision` goes up with every write and all compare-and-set is on it; `version` only when the
 * digest changes. Version 0: the subject is known, but there is no fact yet.
 */
export interface FactRow {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly revision: number
  readonly version: number
  readonly aliases: readonly string[]
  readonly fact?: StoredFact
  readonly ledger: FactLedger
  /** Ids of evidence that is in the fact but may not be marked so yet. */
  readonly folded: readonly string[]
  readonly events: readonly SlimEvent[]
}

export interface StoredFact {
  readonly digest: Digest
  readonly computedAt: string
  readonly summary: FactSummary
  /** `metadata` beside the covered members: `fact.version`, `fact.digest`, `provenance.*`. */
  readonly metadata: Readonly<Record<string, string>>
  /** The covered members as canonical JSON; absent above 256 KiB, then only the CAS has them. */
  readonly body?: Buffer
}
