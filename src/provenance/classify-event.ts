import { type CaptureMethod, captureMethods, type ProvenanceSubject, type RecordType } from './provenance-record.ts'

/** The fields of a checked runtime event that provenance is made of. */
export interface ObservedEvent {
  readonly symbolId: string
  readonly hitCount: number
  readonly codeId?: string | undefined
  readonly purl?: string | undefined
  readonly buildId?: string | undefined
  readonly loaderBase?: string | undefined
  readonly processId?: string | undefined
  readonly processName?: string | undefined
  readonly socketAddress?: string | undefined
  readonly containerId?: string | undefined
  readonly evidenceUri?: string | undefined
  readonly observedAt?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

export interface Classification {
  readonly recordType: RecordType
  readonly subject: ProvenanceSubject
}

/** What an event is about, by the most specific field that it has. Source: contracts, 10. */
export function classifyEvent(event: ObservedEvent): Classification {
  const { socketAddress, containerId, purl, symbolId } = event
  // A process id names something on one host and for one run only, so the name goes first.
  const process = event.processName ?? event.processId
  if (socketAddress !== undefined) return about('runtime.network.connection', 'network', socketAddress)
  if (containerId !== undefined && process !== undefined) {
    return about('runtime.container.activity', 'container', containerId)
  }
  if (process !== undefined) return about('runtime.process.observed', 'process', process)
  if (purl !== undefined) return about('runtime.package.loaded', 'package', purl)
  return about('runtime.symbol.invoked', 'symbol', symbolId)
}

/** 0.5, and a tenth more for each thing that makes an observation easier to check; never above 0.95. */
export function confidenceOf(event: ObservedEvent): number {
  const tenths =
    5 +
    Number(event.observedAt !== undefined) +
    Number(event.processId !== undefined || event.processName !== undefined) +
    Number(event.containerId !== undefined) +
    Number(event.evidenceUri !== undefined) +
    Number(event.buildId !== undefined || event.codeId !== undefined)
  // Divided once and from whole tenths, so that 0.8 is the double that everybody writes 0.8.
  return Math.min(tenths / 10, 0.95)
}

const saidMethods: ReadonlyMap<string, CaptureMethod> = new Map(captureMethods.map((method) => [method, method]))

/** What the observer says; a word that we do not know counts as silence, and then what the event carries decides. */
export function captureMethodOf(event: ObservedEvent): CaptureMethod {
  const said = saidMethods.get(event.metadata?.['capture.method']?.trim().toUpperCase() ?? '')
  if (said !== undefined) return said
  // Sockets and load addresses are seen from the kernel, processes and containers in the process table.
  if (event.socketAddress !== undefined || event.loaderBase !== undefined) return 'EBPF'
  const hasProcess = event.processId !== undefined || event.processName !== undefined
  if (hasProcess || event.containerId !== undefined) return 'PROC_SCAN'
  return event.evidenceUri !== undefined ? 'LOG_ANALYSIS' : 'API_CALL'
}

/** The more direct of two ways of seeing the same. */
export function moreDirect(one: CaptureMethod, other: CaptureMethod): CaptureMethod {
  return captureMethods.indexOf(one) <= captureMethods.indexOf(other) ? one : other
}

function about(recordType: RecordType, type: ProvenanceSubject['type'], identifier: string): Classification {
  return { recordType, subject: { type, identifier } }
}
