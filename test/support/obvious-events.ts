import { obviousJson } from './obvious-json.ts'

/** What a body of lines comes to, a line at a time, by the contract's own words and nothing clever. */
export interface ObviousBody {
  /** The accepted events as the trace has them. */
  readonly kept: readonly Readonly<Record<string, unknown>>[]
  /** Numbers of the lines that are refused. */
  readonly refused: readonly number[]
}

const texts: Readonly<Record<string, readonly string[]>> = {
  buildId: ['buildId', 'build_id'],
  codeId: ['codeId', 'code_id'],
  containerId: ['containerId', 'container_id'],
  evidenceUri: ['evidenceUri', 'evidence_uri', 'casUri', 'cas_uri'],
  loaderBase: ['loaderBase', 'loader_base'],
  processId: ['processId', 'process_id'],
  processName: ['processName', 'process_name'],
  purl: ['purl'],
  socketAddress: ['socketAddress', 'socket_address'],
  symbolId: ['symbolId', 'symbol_id'],
}

class Refused extends Error {}

export function obviousEvents(body: Buffer): ObviousBody {
  const kept: Record<string, unknown>[] = []
  const refused: number[] = []
  const withoutMark = body.subarray(0, 3).equals(Buffer.from('\ufeff')) ? body.subarray(3) : body
  for (const [position, line] of linesOf(withoutMark).entries()) {
    if (/^[ \t\r]*$/.test(line.toString('latin1'))) continue
    try {
      kept.push(eventOf(line))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused.push(position + 1)
    }
  }
  return { kept, refused }
}

/** Every byte is a character of its own here, so that what is no UTF-8 stays what it is. */
function linesOf(body: Buffer): Buffer[] {
  return body
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line.replace(/\r$/, ''), 'latin1'))
}

function eventOf(line: Buffer): Record<string, unknown> {
  const text = line.toString('utf8')
  if (!Buffer.from(text).equals(line)) throw new Refused()
  const read = obviousJson(text)
  if (!read || typeof read.value !== 'object' || read.value === null || Array.isArray(read.value)) throw new Refused()
  const members: Readonly<Record<string, unknown>> = { ...read.value }
  const event: Record<string, unknown> = {}
  for (const [field, spellings] of Object.entries(texts)) event[field] = textOf(field, said(members, spellings))
  event['hitCount'] = hitCountOf(said(members, ['hitCount', 'hit_count']))
  event['observedAt'] = timeOf(said(members, ['observedAt', 'observed_at']))
  event['metadata'] = metadataOf(said(members, ['metadata']))
  if (event['symbolId'] === undefined) throw new Refused()
  const present = Object.entries(event).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present.sort(([one], [other]) => (one < other ? -1 : 1)))
}

function said(members: Readonly<Record<string, unknown>>, spellings: readonly string[]): unknown {
  const found = spellings.map((name) => members[name]).filter((value) => value !== undefined && value !== null)
  if (found.length > 1) throw new Refused()
  return found[0]
}

function textOf(field: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  const said = field === 'processId' && typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : value
  if (typeof said !== 'string') throw new Refused()
  const text = said.trim().normalize('NFC')
  if (text === '') return undefined
  if (text.length > 4096 || /\p{Cc}/u.test(text)) throw new Refused()
  return text
}

function hitCountOf(value: unknown): number {
  if (value === undefined) return 1
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > Number.MAX_SAFE_INTEGER) {
    throw new Refused()
  }
  return value
}

/** Generators keep to times that `Date` reads as RFC 3339 does, or that have no offset. */
function timeOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value)) {
    throw new Refused()
  }
  const time = new Date(value.toUpperCase())
  const day = Number(value.slice(8, 10))
  const lastDay = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate()
  if (Number.isNaN(time.getTime()) || day > lastDay || value.slice(11, 13) === '24') throw new Refused()
  return time.toISOString()
}

function metadataOf(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused()
  const entries = Object.entries(value).filter(([, text]) => text !== null)
  if (entries.length > 64) throw new Refused()
  for (const [key, text] of entries) {
    if (typeof text !== 'string' || key.length > 128 || text.length > 1024) throw new Refused()
  }
  if (entries.length === 0) return undefined
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}
