import type { JsonPiece } from '../../lib/json-piece.ts'
import { invalidValue } from '../callgraph-errors.ts'
import { type EntryPointRule, javaEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { ContentSample } from './content-sample.ts'
import { type FastenTables, fastenTables, tableNodes } from './fasten-tables.ts'
import type { GraphFormat } from './format.ts'
import * as member from './json-members.ts'
import { NumberedCalls } from './numbered-calls.ts'
import { parseNative, readPieces } from './read-pieces.ts'

const callLists: readonly string[] = ['internalCalls', 'externalCalls', 'resolvedCalls']
const mainMembers: readonly string[] = ['cha', 'modules', 'graph', 'call-sites']

/** Java's rule goes by method and descriptor, Python's by the dotted name: no function is named as both want it. */
const fastenEntryPoints: EntryPointRule = (nodes) => {
  const pythonMains = nodes.filter(({ symbolKey }) => /(?:^|\.)(?:main|__main__)$/.test(symbolKey))
  return [...javaEntryPoints(nodes), ...pythonMains.map(({ id }) => ({ nodeId: id, kind: 'main' as const }))]
}

/** FASTEN's JSON of Java and Python: tables of numbered functions, and calls between the numbers. Older files keep calls in `graph`. */
export const fasten: GraphFormat = { name: 'fasten', recognises, read, infer: fastenEntryPoints }

/** Two of three kinds of members; in a head that is cut off, one that nobody else has. */
function recognises({ shape, members, isWhole }: ContentSample): boolean {
  const kindOf = (name: string) => members.get(name)?.kind
  const isTelling = kindOf('cha') === 'object' || kindOf('call-sites') === 'array'
  const hasCalls = kindOf('graph') === 'object' || kindOf('call-sites') === 'array'
  const hasTables = kindOf('cha') === 'object' || kindOf('modules') === 'object'
  const isLabelled = kindOf('forge') === 'string' || kindOf('product') === 'string'
  const told = [hasTables, hasCalls, isLabelled].filter(Boolean).length
  return shape === 'object' && (told >= 2 || (isTelling && !isWhole))
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder): Promise<void> {
  const calls = new NumberedCalls()
  await readPieces(chunks, {
    opens,
    take(event) {
      if (event.kind === 'value') takePiece({ builder, calls }, event)
    },
  })
  calls.tell(builder)
}

/** Types and modules are told one by one, and so are calls. */
function opens([top, second, ...deeper]: readonly (string | number)[], kind: 'array' | 'object'): boolean {
  if (top === undefined) return kind === 'object'
  if (deeper.length > 0) return false
  const tables = fastenTables.get(String(top))
  if (tables) return kind === 'object' && (second === undefined || tables.groups.includes(String(second)))
  if (top === 'call-sites') return kind === 'array' && second === undefined
  if (top !== 'graph') return false
  return second === undefined ? kind === 'object' : kind === 'array' && callLists.includes(String(second))
}

interface GatheredCalls {
  readonly builder: GraphBuilder
  readonly calls: NumberedCalls
}

function takePiece(gathered: GatheredCalls, piece: JsonPiece): void {
  const value = parseNative(piece)
  const [top, second] = piece.container?.path ?? []
  const name = String(piece.key)
  const tables = fastenTables.get(String(top))
  if (top === undefined) refuseValue(mainMembers.includes(name), value)
  else if (tables) {
    if (second === undefined && tables.groups.includes(name)) refuseValue(true, value)
    else takeTable(gathered, tables, value)
  } else if (second === undefined && top === 'graph') refuseValue(callLists.includes(name), value)
  else takeCall(gathered.calls, value)
}

/** A member that should have been a container. `null` is absent. */
function refuseValue(isExpected: boolean, value: unknown): void {
  if (isExpected && value !== null) throw invalidValue('TYPE_WRONG', 'an object of tables, or a list, was expected')
}

function takeTable({ builder, calls }: GatheredCalls, tables: FastenTables, value: unknown): void {
  for (const { number, node } of tableNodes(tables, member.objectOf(value))) {
    calls.name(number, node.id)
    builder.addNode(node)
  }
}

/** `[caller, callee, sites]`: each site is a call, so that repeated calls count as what they are. */
function takeCall(calls: NumberedCalls, value: unknown): void {
  if (!Array.isArray(value)) throw invalidValue('TYPE_WRONG', 'a call must be a list of caller, callee and sites')
  const from = endOf(value, 0)
  const to = endOf(value, 1)
  const sites = evidenceOf(value[2])
  if (sites.length === 0) calls.add({ from, to })
  for (const evidence of sites) calls.add({ from, to, evidence })
}

/** A number, or in older files the external function itself. */
function endOf(call: readonly unknown[], position: number): string {
  const end = call[position]
  if (typeof end === 'string' || Number.isSafeInteger(end)) return String(end)
  throw invalidValue('TYPE_WRONG', 'an end of a call must be a number or a name', `/${position}`)
}

/** By bytecode offset, `{receiver, line, type}`; the oldest files count by way of calling instead. */
function evidenceOf(sites: unknown): string[][] {
  if (!member.isJsonObject(sites)) return []
  return Object.entries(sites).map(([key, site]) => {
    if (!member.isJsonObject(site)) return /^invoke[a-z]+$/.test(key) ? [key] : []
    const { type, line } = site
    if (typeof type !== 'string' || type.trim() === '') return []
    return [typeof line === 'number' ? `${type}-${line}` : type]
  })
}
