import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contextAoc } from '../../src/provenance/context-facts.ts'
import { FeedBuilder } from '../../src/provenance/feed-builder.ts'
import { checkEvent } from '../../src/runtime-facts/check-event.ts'

const run = join(import.meta.dirname, '../../fixtures/real/python/autopep8/runtime.ndjson')

/** The worked example of docs/provenance.md: a real run, and what becomes of it. */
export async function provenanceExample(): Promise<{ lineCount: number; feed: unknown; contextFacts: unknown }> {
  const builder = new FeedBuilder()
  const lines = readFileSync(run, 'utf8').trimEnd().split('\n')
  for (const line of lines) {
    const checked = checkEvent(JSON.parse(line))
    if ('event' in checked) builder.add(checked.event)
  }
  const feed = await builder.build({
    tenant: 'acme',
    correlationId: 'nightly-42',
    generatedAt: '2026-11-21T04:00:00.000Z',
    sourceService: 'signals',
    observedBy: 'runtime',
    rawDataRef: 'events.ndjson',
  })
  return { lineCount: lines.length, feed, contextFacts: { aoc: contextAoc, ...builder.contextRecords() } }
}

/** The page with its examples made anew: what stands between two markers is generated. */
export async function withExamples(page: string): Promise<string> {
  const { lineCount, feed, contextFacts } = await provenanceExample()
  const filled = fill(page, 'lines', `${lineCount} lines`)
  return fill(fill(filled, 'feed', fenced(feed)), 'context', fenced(contextFacts))
}

function fenced(value: unknown): string {
  return `\n\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\`\n`
}

function fill(page: string, name: string, text: string): string {
  return page.replace(new RegExp(`<!-- ${name} -->.*?<!-- /${name} -->`, 's'), () => {
    return `<!-- ${name} -->${text}<!-- /${name} -->`
  })
}
