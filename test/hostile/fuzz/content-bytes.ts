import { bundleEntries, linesOf } from '../../support/made-bundles.ts'
import { makeZip } from '../../support/make-zip.ts'
import { changed, isObject } from './damage.ts'
import type { Change, DrawnBundle, DrawnContent, JsonValue } from './drawn-request.ts'
import { type Filling, filledIn, filledInValue } from './fill-in.ts'

export interface ContentBytes {
  readonly bytes: Buffer
  /** What was said in it, as far as it is text: before anything is compressed or damaged. */
  readonly said: string
}

/** What is to be sent, as it is before anything is done to its bytes. */
export function contentBytes(filling: Filling, content: DrawnContent): ContentBytes {
  switch (content.kind) {
    case 'json':
      return ofText(JSON.stringify(made(filling, content.value, content.changes)))
    case 'lines':
      return ofText(linesIn(filling, content.values, content.changes))
    case 'envelope':
      return envelopeBytes(filling, content)
    case 'bundle':
      return bundleBytes(filling, content.bundle, content.changes)
    case 'replay':
      return replayBytes(filling, content.which)
    case 'text':
      return ofText(filledIn(filling, content.text))
    case 'hex':
      return { bytes: Buffer.from(content.hex, 'hex'), said: '' }
  }
}

function ofText(said: string): ContentBytes {
  return { bytes: Buffer.from(said), said }
}

function made(filling: Filling, value: JsonValue, changes: readonly Change[]): JsonValue {
  return filledInValue(filling, changes.reduce(changed, value))
}

function linesIn(filling: Filling, values: readonly JsonValue[], changes: readonly Change[]): string {
  const lines = made(filling, values, changes)
  return Array.isArray(lines) ? lines.map((line) => `${JSON.stringify(line)}\n`).join('') : JSON.stringify(lines)
}

type Envelope = Extract<DrawnContent, { kind: 'envelope' }>

function envelopeBytes(filling: Filling, { value, graph, changes }: Envelope): ContentBytes {
  const inner = JSON.stringify(filledInValue(filling, graph))
  const artifactContentBase64 = Buffer.from(inner).toString('base64')
  const whole = { ...(value as Readonly<Record<string, JsonValue>>), artifactContentBase64 }
  const text = JSON.stringify(made(filling, whole, changes))
  return { bytes: Buffer.from(text), said: text + inner }
}

/** Changes are of what is in the files: their digests, and all of the archive, are as they have to be. */
function bundleBytes(filling: Filling, bundle: DrawnBundle, changes: readonly Change[]): ContentBytes {
  const whole: JsonValue = { nodes: bundle.nodes, edges: bundle.edges, facts: bundle.facts, meta: bundle.meta }
  const filled = made(filling, whole, changes)
  const { nodes, edges, facts, meta } = membersOf(filled)
  const parts = {
    nodes: linesOf(recordsOf(nodes)),
    edges: linesOf(recordsOf(edges)),
    ...(Array.isArray(facts) && { facts: linesOf(recordsOf(facts)) }),
    meta: membersOf(meta),
  }
  return { bytes: makeZip(bundleEntries(parts)), said: JSON.stringify(filled) }
}

function membersOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  return isObject(value) ? value : {}
}

function recordsOf(value: JsonValue | undefined): object[] {
  return Array.isArray(value) ? value.map((line: JsonValue) => Object(line) as object) : []
}

function replayBytes({ memory, tenant }: Filling, which: number): ContentBytes {
  const base64 = memory.recall(tenant, 'replayBundle', which) ?? ''
  return { bytes: Buffer.from(base64, 'base64'), said: '' }
}
