import { canonicalBytes, canonicalJson } from '../lib/canonical-json.ts'
import type { ProvenanceFeed } from './provenance-record.ts'

/** The canonical bytes of a feed (RFC 8785), a record at a time: a large feed never stands in memory as one text. */
export function* feedBytes({ records, ...head }: ProvenanceFeed): Generator<Uint8Array> {
  // Members that sort before `records` (`correlationId` always does) and behind it (`schemaVersion` always does).
  const members = Object.entries(head)
  const before = canonicalJson(Object.fromEntries(members.filter(([name]) => name < 'records')))
  const behind = canonicalJson(Object.fromEntries(members.filter(([name]) => name > 'records')))
  yield Buffer.from(`${before.slice(0, -1)},"records":[`, 'utf8')
  for (const [position, record] of records.entries()) {
    if (position > 0) yield comma
    yield canonicalBytes(record)
  }
  yield Buffer.from(`],${behind.slice(1)}`, 'utf8')
}

const comma = Buffer.from(',')
