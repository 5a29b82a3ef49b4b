/** One observation, checked: names trimmed and NFC, times UTC with milliseconds, absent what was null or empty. */
export interface RuntimeEvent {
  readonly symbolId: string
  readonly hitCount: number
  readonly buildId?: string | undefined
  readonly codeId?: string | undefined
  readonly containerId?: string | undefined
  readonly evidenceUri?: string | undefined
  readonly loaderBase?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly observedAt?: string | undefined
  readonly processId?: string | undefined
  readonly processName?: string | undefined
  readonly purl?: string | undefined
  readonly socketAddress?: string | undefined
}

/** An event as its batch keeps it. */
export interface KeptEvent {
  readonly event: RuntimeEvent
  /** The event as JSON, its line of the trace; to be made by `JSON.stringify` where absent. */
  readonly line?: string
}

export type EventField = keyof RuntimeEvent

export type EventDraft = { -readonly [Field in EventField]-?: RuntimeEvent[Field] }

/** All members in one order, so that equal events are equal lines of a trace, however they were spelled and sorted. */
export function emptyDraft(): EventDraft {
  return {
    buildId: undefined,
    codeId: undefined,
    containerId: undefined,
    evidenceUri: undefined,
    hitCount: 1,
    loaderBase: undefined,
    metadata: undefined,
    observedAt: undefined,
    processId: undefined,
    processName: undefined,
    purl: undefined,
    socketAddress: undefined,
    symbolId: '',
  }
}

const fieldSpellings = {
  symbolId: ['symbolId', 'symbol_id'],
  codeId: ['codeId', 'code_id'],
  purl: ['purl'],
  buildId: ['buildId', 'build_id'],
  loaderBase: ['loaderBase', 'loader_base'],
  processId: ['processId', 'process_id'],
  processName: ['processName', 'process_name'],
  socketAddress: ['socketAddress', 'socket_address'],
  containerId: ['containerId', 'container_id'],
  evidenceUri: ['evidenceUri', 'evidence_uri', 'casUri', 'cas_uri'],
  hitCount: ['hitCount', 'hit_count'],
  observedAt: ['observedAt', 'observed_at'],
  metadata: ['metadata'],
} as const satisfies Record<EventField, readonly string[]>

/** One spelling of a field. Each field has its own bit, by which a second spelling on one object is noticed. */
export interface EventSpelling {
  readonly field: EventField
  readonly bit: number
}

/** Every spelling of every field. A map, since the names looked up in it come from the client. */
export const eventSpellings: ReadonlyMap<string, EventSpelling> = new Map(
  eventFields().flatMap((field, place) => {
    const spelling = { field, bit: 1 << place }
    return fieldSpellings[field].map((name) => [name, spelling] as const)
  }),
)

function eventFields(): EventField[] {
  return Object.keys(fieldSpellings).filter((name): name is EventField => name in fieldSpellings)
}
