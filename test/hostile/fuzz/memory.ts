import type { FuzzTenant } from './callers.ts'

/** What can be remembered of an answer, and named again later. */
export type Kind =
  | 'callgraphId'
  | 'receiptId'
  | 'subject'
  | 'eventId'
  | 'cursor'
  | 'digest'
  | 'analysisId'
  | 'symbol'
  | 'version'
  | 'etag'
  | 'idempotencyKey'
  | 'replayBundle'

const kindOfMember: Readonly<Record<string, Kind>> = {
  callgraphId: 'callgraphId',
  receiptId: 'receiptId',
  subjectKey: 'subject',
  scanId: 'subject',
  imageDigest: 'subject',
  eventId: 'eventId',
  event_id: 'eventId',
  nextCursor: 'cursor',
  statesNextCursor: 'cursor',
  runtimeFactsNextCursor: 'cursor',
  digest: 'digest',
  graphHash: 'digest',
  analysisId: 'analysisId',
  target: 'symbol',
  symbolId: 'symbol',
  symbol_id: 'symbol',
  id: 'symbol',
  nodeId: 'symbol',
  version: 'version',
  factVersion: 'version',
}

const keptOfAKind = 300

/** What earlier requests and answers of a tenant named; drawn again, it leads deeper than anything invented. */
export class Memory {
  readonly #known = new Map<FuzzTenant, Map<Kind, string[]>>()
  #turn = 0

  /** Wraps around, so that any number names something; undefined when nothing of the kind is known yet. */
  recall(tenant: FuzzTenant, kind: Kind, number: number): string | undefined {
    const known = this.#of(tenant, kind)
    return known[number % known.length]
  }

  remember(tenant: FuzzTenant, kind: Kind, value: string): void {
    const known = this.#of(tenant, kind)
    if (known.includes(value)) return
    if (known.length < keptOfAKind) known.push(value)
    else known[this.#turn++ % keptOfAKind] = value
  }

  /** Everything in a document that has a name we know. */
  rememberAll(tenant: FuzzTenant, document: unknown): void {
    if (typeof document !== 'object' || document === null) return
    for (const [name, value] of Object.entries(document)) {
      const kind = Object.hasOwn(kindOfMember, name) ? kindOfMember[name] : undefined
      if (kind && isNameable(kind, value)) this.remember(tenant, kind, String(value))
      else this.rememberAll(tenant, value)
    }
  }

  #of(tenant: FuzzTenant, kind: Kind): string[] {
    const ofTenant = this.#known.get(tenant) ?? new Map<Kind, string[]>()
    this.#known.set(tenant, ofTenant)
    const known = ofTenant.get(kind) ?? []
    ofTenant.set(kind, known)
    return known
  }
}

function isNameable(kind: Kind, value: unknown): boolean {
  if (kind === 'version') return typeof value === 'number'
  return typeof value === 'string' && value !== '' && value.length < 5_000
}
