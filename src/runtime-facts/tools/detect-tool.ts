import type { RuntimeTool } from '../../evidence/tool-output.ts'
import { type JsonEvent, JsonSplitError } from '../../lib/json-piece.ts'
import { JsonScanner } from '../../lib/json-scanner.ts'
import { isGoCoverageLine } from './go-coverage.ts'

export type StreamFormat = 'signals' | RuntimeTool

export interface DetectedFormat {
  readonly format: StreamFormat
  /** All of the body, its head included. */
  readonly chunks: AsyncIterable<Buffer>
}

/** What a body holds, by its head; whatever no tool prints is taken for Signals' own events, whose reader says what is wrong. */
export async function detectTool(body: AsyncIterable<Buffer>): Promise<DetectedFormat> {
  const iterator = body[Symbol.asyncIterator]()
  const head: Buffer[] = []
  for (let length = 0; length < maxHeadBytes; ) {
    const next = await iterator.next()
    if (next.done) break
    head.push(Buffer.from(next.value))
    length += next.value.length
  }
  return { format: formatOf(Buffer.concat(head)), chunks: resumed(head, iterator) }
}

const maxHeadBytes = 64 * 1024

async function* resumed(head: readonly Buffer[], iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* head
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

function formatOf(head: Buffer): StreamFormat {
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (!text.startsWith('{')) return isGoCoverageLine(text.split(/\r?\n/, 1)[0] ?? '') ? 'go-coverage' : 'signals'
  const names = memberNames(head)
  if (names.has('symbolId') || names.has('symbol_id')) return 'signals'
  return listNames.find(([name]) => names.has(name))?.[1] ?? 'signals'
}

/** The member by which each tool's JSON is known. */
const listNames: readonly (readonly [string, RuntimeTool])[] = [
  ['result', 'v8-coverage'],
  ['nodes', 'v8-cpuprofile'],
  ['recording', 'jfr'],
  ['functions', 'python-profile'],
]

function memberNames(head: Buffer): Set<string> {
  const names = new Set<string>()
  for (const { container, ...event } of eventsOf(head)) {
    const name = container?.path[0] ?? ('key' in event ? event.key : undefined)
    if (typeof name === 'string') names.add(name)
  }
  return names
}

/** Up to where the head is cut off, or a second line begins. */
function eventsOf(head: Buffer): JsonEvent[] {
  const scanner = new JsonScanner({ maxPieceBytes: maxHeadBytes * 2, opens: (path) => path.length <= 1 })
  try {
    return scanner.push(head)
  } catch (error) {
    if (!(error instanceof JsonSplitError)) throw error
    return scanner.takeEvents()
  }
}
