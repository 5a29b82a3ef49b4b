/** What the service tells at the end, as anybody may read it. */
export interface Observed {
  readonly facts: ReadonlyMap<string, ObservedFact>
  /** In the order of the tenant's event log. */
  readonly log: readonly ObservedEvent[]
  /** In the order of the stream; repeated ids are allowed. */
  readonly stream: readonly ObservedEvent[]
}

export interface ObservedFact {
  readonly version: number
  readonly digest: string
  readonly pending: number
  /** By graph-independent name of the symbol. */
  readonly hits: ReadonlyMap<string, number>
}

export interface ObservedEvent {
  readonly eventId: string
  readonly subject: string
  readonly version: number
  readonly digest: string
}
