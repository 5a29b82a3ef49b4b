import { splitLines } from '../../lib/line-splitter.ts'
import { parseStrictJson } from '../../lib/strict-json.ts'
import { invalidValue, malformed } from '../callgraph-errors.ts'
import { ownShapeEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { ContentSample } from './content-sample.ts'
import type { GraphFormat } from './format.ts'
import * as member from './json-members.ts'
import { located, type Place } from './read-pieces.ts'
import { unionEdge, unionMeta, unionNode } from './union-records.ts'

/** Limit of every line of NDJSON. Source: contracts, 12. */
const maxLineBytes = 1024 * 1024

/** The lines of a union bundle's nodes, edges and meta in one stream, in any order; meta once. */
export const unionNdjson: GraphFormat = { name: 'union-ndjson', recognises, read, infer: ownShapeEntryPoints }

/** By its first line; the others are told apart when they are read. */
function recognises({ shape, members }: ContentSample): boolean {
  const kind = shape === 'object' ? recordKindOf((name) => members.has(name)) : undefined
  return kind === 'edge' ? members.has('edge_type') : kind !== undefined
}

const metaMembers = ['produced_by', 'generated_at', 'analysis_id', 'entry_points', 'closed_world']
const nodeMembers = ['lang', 'kind', 'display']
const observationMembers = ['hit_count', 'hitCount', 'samples']

type RecordKind = 'node' | 'edge' | 'meta'

/**
 * A record is known by its members: an edge by its two ends, a meta record by its schema, a node by its symbol.
 * A runtime fact names a symbol too, but says how often it ran: it is no part of a graph.
 */
function recordKindOf(has: (name: string) => boolean): RecordKind | undefined {
  if (has('from') && has('to')) return 'edge'
  if (has('schema') && metaMembers.some(has)) return 'meta'
  return has('symbol_id') && nodeMembers.some(has) && !observationMembers.some(has) ? 'node' : undefined
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder): Promise<void> {
  let hasMeta = false
  for await (const lines of splitLines(chunks, { maxLineBytes })) {
    for (const { bytes, line, byteOffset, isTooLong } of lines) {
      const place = { line, byteOffset, pointer: '' }
      if (isTooLong) throw malformed(`line ${line} has more than ${maxLineBytes} bytes`, place)
      if (isBlank(bytes)) continue
      const kind = takeAt(builder, bytes, place)
      // Which of two counts would be a guess, and one of them may close a world that the other leaves open.
      if (kind === 'meta' && hasMeta) throw located(invalidValue('META_REPEATED', 'a graph has one meta record'), place)
      hasMeta ||= kind === 'meta'
    }
  }
}

function takeAt(builder: GraphBuilder, bytes: Buffer, place: Place & { readonly line: number }): RecordKind {
  try {
    const kind = take(builder, parseStrictJson(bytes, { maxDepth: builder.maxDepth }))
    if (kind === undefined) throw malformed(`line ${place.line} is no node, edge or meta record`, place)
    return kind
  } catch (error) {
    throw located(error, place)
  }
}

/** What kind of record of a graph it was; undefined when it is none. */
function take(builder: GraphBuilder, record: unknown): RecordKind | undefined {
  const object = member.objectOf(record)
  const kind = recordKindOf((name) => Object.hasOwn(object, name))
  if (kind === 'node') builder.addNode(unionNode(object))
  else if (kind === 'edge') builder.addEdge(unionEdge(object))
  else if (kind === 'meta') takeMeta(builder, object)
  return kind
}

function takeMeta(builder: GraphBuilder, object: member.JsonObject): void {
  const { entryPoints, closedWorld } = unionMeta(object)
  for (const entry of entryPoints) builder.addEntryPoint(entry)
  if (closedWorld) builder.declareClosedWorld()
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}
