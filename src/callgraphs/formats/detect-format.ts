import { CallgraphError } from '../callgraph-errors.ts'
import { maxHeadBytes, sampleContent } from './content-sample.ts'
import type { GraphFormat } from './format.ts'
import { graphFormats } from './graph-formats.ts'

export interface DetectedFormat {
  readonly format: GraphFormat
  /** All of the content, its head included. */
  readonly chunks: AsyncIterable<Buffer>
}

/** The format by the head of the content, or the one that was named, if the content bears it out. */
export async function detectFormat(chunks: AsyncIterable<Buffer>, requested: string): Promise<DetectedFormat> {
  const candidates = requested === 'auto' ? graphFormats : [formatNamed(requested)]
  const iterator = chunks[Symbol.asyncIterator]()
  const head = await readHead(iterator)
  const sample = sampleContent(Buffer.concat(head))
  if (sample.shape === 'empty') throw new CallgraphError('CALLGRAPH_EMPTY', 'the content is empty')
  const format = candidates.find((candidate) => candidate.recognises(sample))
  if (!format) {
    // The rest is not read: the source may release what it holds.
    await iterator.return?.()
    throw unrecognised(requested)
  }
  return { format, chunks: resumed(head, iterator) }
}

/** Whether a request may name it; known before any content is read. */
export function assertKnownFormat(requested: string): void {
  if (requested !== 'auto') formatNamed(requested)
}

/** What a client sent comes back to it, but not by the megabyte. */
const maxShownName = 64

function formatNamed(name: string): GraphFormat {
  const format = graphFormats.find((known) => known.name === name)
  if (!format)
    throw new CallgraphError('FORMAT_UNKNOWN', `no format is named ${name.slice(0, maxShownName)}`, {
      members: knownFormats(),
    })
  return format
}

function unrecognised(requested: string): CallgraphError {
  const message = requested === 'auto' ? 'the content is in none of the formats' : `the content is not ${requested}`
  return new CallgraphError('CALLGRAPH_FORMAT_UNRECOGNISED', message, { members: knownFormats() })
}

function knownFormats() {
  return { formats: graphFormats.map(({ name }) => name) }
}

async function readHead(iterator: AsyncIterator<Buffer>): Promise<Buffer[]> {
  const head: Buffer[] = []
  for (let length = 0; length < maxHeadBytes; ) {
    const next = await iterator.next()
    if (next.done) break
    // Copied: a stream may reuse its chunk once the next one is asked for.
    head.push(Buffer.from(next.value))
    length += next.value.length
  }
  return head
}

async function* resumed(head: readonly Buffer[], iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* head
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}
