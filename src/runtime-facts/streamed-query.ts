import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { runtimeTools } from '../evidence/tool-output.ts'
import type { SubjectInput } from '../identifiers/subject.ts'
import type { SaidEnvelope } from './batch-envelope.ts'

const said = z.string().trim().max(4096).optional()

/** What a stream of events cannot say of itself, since every line is an event. */
export const StreamedQuery = z.object({
  callgraphId: said,
  scanId: said,
  imageDigest: said,
  component: said,
  version: said,
  analysisId: said,
  observedFrom: said,
  observedTo: said,
  strict: z.enum(['true', 'false']).optional().describe('all lines or none'),
  format: z
    .enum(['signals', ...runtimeTools, 'auto'])
    .optional()
    .describe('events (the default), the output of a tool, or auto: told by the content'),
})

type StreamedQuery = z.infer<typeof StreamedQuery>

/** The query says it first; what it leaves open, headers say. Source: contracts, 4. */
export function envelopeOf(query: StreamedQuery, headers: IncomingHttpHeaders): SaidEnvelope {
  return {
    callgraphId: query.callgraphId || headerOf(headers, 'x-callgraph-id') || headerOf(headers, 'callgraphid'),
    subjectPlaces,
    subject: subjectOf(query) ?? subjectOfHeaders(headers),
    analysisId: query.analysisId || headerOf(headers, 'x-analysis-id'),
    observedFrom: query.observedFrom || undefined,
    observedTo: query.observedTo || undefined,
    source: headerOf(headers, 'x-source'),
  }
}

const subjectPlaces = {
  scanId: '/scanId',
  imageDigest: '/imageDigest',
  component: '/component',
  version: '/version',
}

/** A header's text; one that is empty was not sent. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' ? undefined : text
}

// A subject is never put together from both: any part in the query silences all of the headers.
function subjectOf({ scanId, imageDigest, component, version }: StreamedQuery): SubjectInput | undefined {
  return scanId || imageDigest || component || version ? { scanId, imageDigest, component, version } : undefined
}

function subjectOfHeaders(headers: IncomingHttpHeaders): SubjectInput {
  return {
    scanId: headerOf(headers, 'x-scan-id'),
    imageDigest: headerOf(headers, 'x-image-digest'),
    component: headerOf(headers, 'x-component'),
    version: headerOf(headers, 'x-version'),
  }
}
