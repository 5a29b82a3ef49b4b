import type { Evidence, EvidencePayload } from '../evidence/evidence.ts'
import { splitLines } from '../lib/line-splitter.ts'
import { parseStrictJson } from '../lib/strict-json.ts'
import { evidenceName, traceName } from './bundle-files.ts'
import { EvidenceRecord } from './evidence-lines.ts'
import type { OpenedBundle } from './open-bundle.ts'
import { readTrace } from './read-inputs.ts'
import { replayTenant } from './replay-tenant.ts'
import { readingInput } from './unusable-input.ts'

const maxLineBytes = 128 * 1024 * 1024
/** A slice is held in memory: as much evidence as a fold would take, unless it is large. */
const maxSlice = { length: 500, bytes: 64 * 1024 * 1024 }

/** The evidence of a bundle in its order, cut into what one fold takes at a time. */
export async function* evidenceSlices(bundle: OpenedBundle): AsyncGenerator<Evidence[]> {
  let slice: Evidence[] = []
  let bytes = 0
  for await (const { record, size } of records(bundle)) {
    slice.push(await evidenceOf(bundle, record))
    bytes += size
    if (slice.length < maxSlice.length && bytes < maxSlice.bytes) continue
    yield slice
    slice = []
    bytes = 0
  }
  if (slice.length > 0) yield slice
}

/** With what each holds in memory, roughly: its line, and the events that it stands for. */
async function* records(bundle: OpenedBundle): AsyncGenerator<{ record: EvidenceRecord; size: number }> {
  for await (const lines of splitLines(bundle.stream(evidenceName), { maxLineBytes })) {
    for (const line of lines) {
      const record = await readingInput(evidenceName, async () => recordIn(line))
      const { payload } = record
      const trace = payload.kind === 'runtime' && payload.trace ? bundle.find(traceName(payload.trace)) : undefined
      yield { record, size: line.bytes.byteLength + (trace?.contentLength ?? 0) }
    }
  }
}

function recordIn({ bytes, line, isTooLong }: { bytes: Buffer; line: number; isTooLong: boolean }): EvidenceRecord {
  if (isTooLong) throw new Error(`line ${line} has over ${maxLineBytes} bytes`)
  const parsed = EvidenceRecord.safeParse(parseStrictJson(bytes))
  if (parsed.success) return parsed.data
  throw new Error(`line ${line} is no evidence: ${parsed.error.issues[0]?.message ?? ''}`)
}

async function evidenceOf(bundle: OpenedBundle, record: EvidenceRecord): Promise<Evidence> {
  const { evidenceId: id, recordedAt: receivedAt, subject, payload } = record
  const receipt = { receiptId: id, kind: payload.kind, answer: {}, refused: [], refusedTotal: 0 }
  return {
    id,
    tenant: replayTenant,
    subject,
    aliases: [],
    receivedAt,
    receipt,
    payload: await payloadOf(bundle, payload),
  }
}

async function payloadOf(bundle: OpenedBundle, payload: EvidenceRecord['payload']): Promise<EvidencePayload> {
  if (payload.kind !== 'runtime') return payload
  const { trace, ...said } = payload
  if (trace === null) throw new TypeError('a batch without a trace is not replayed')
  return { ...said, ...(await readTrace(bundle, trace)) }
}
