import { z } from 'zod'

const mebibyte = 1024 * 1024

const count = (fallback: number, description: string) => z.int().min(1).default(fallback).describe(description)
const none = (fallback: number, description: string) => z.int().min(0).default(fallback).describe(description)
/** What stands in a subject's row, of which MongoDB takes no more. */
const countTo = (most: number, fallback: number, description: string) =>
  z.int().min(1).max(most).default(fallback).describe(description)

/** The section `limits` of the configuration: how much of anything is taken, and what happens beyond it. */
export const limitSettings = z
  .strictObject({
    jsonBodyBytes: count(64 * mebibyte, 'A JSON body, inflated. Beyond it 413.'),
    rawBodyBytes: count(1024 * mebibyte, 'A raw graph or NDJSON body, inflated. Beyond it 413.'),
    unionBytes: count(256 * mebibyte, 'A union bundle, compressed. Beyond it 413.'),
    unionInflatedBytes: count(2048 * mebibyte, 'All files of a union bundle, inflated. Beyond it 413.'),
    unionEntries: count(64, 'Entries of a union bundle. Beyond it 413.'),
    unionRatio: count(200, 'Times that a file of more than 1 MiB may inflate in a union bundle. Beyond it 413.'),
    unionMetaBytes: count(mebibyte, 'The meta.json of a union bundle. Beyond it 413.'),
    lineBytes: count(mebibyte, 'One NDJSON line. Beyond it the line is refused.'),
    nestingDepth: count(64, 'Arrays and objects within one another. Beyond it 400, or the line is refused.'),
    graphNodes: count(2_000_000, 'Nodes of a graph. Beyond it 413.'),
    graphEdges: count(10_000_000, 'Edges of a graph. Beyond it 413.'),
    batchSymbols: count(1_000_000, 'Distinct symbols of a batch. Beyond it 413.'),
    subjectSymbols: count(1_000_000, 'Distinct symbols of a subject. Beyond it 409.'),
    requestTargets: count(10_000, 'Targets of a request. Beyond it 400.'),
    subjectTargets: count(100_000, 'Targets of a subject. Beyond it 409.'),
    subjectCallgraphs: countTo(1_000, 1_000, 'Callgraphs of a subject, at most 1,000. Beyond it 409.'),
    subjectAliases: countTo(250, 100, 'Aliases of a subject, at most 250. Beyond it 409.'),
    requestUnknowns: count(10_000, 'Unknowns of a request. Beyond it 400.'),
    rateLimit: z
      .strictObject({
        enabled: z
          .boolean()
          .optional()
          .describe('Whether requests are counted. When absent: where tokens say whose they are, and not otherwise.'),
        windowSeconds: count(60, 'Over how long they are counted.'),
        principalRequests: count(12_000, 'Requests in that time of one token subject. Beyond it 429.'),
        tenantRequests: count(60_000, 'Requests in that time of one tenant. Beyond it 429.'),
      })
      .prefault({}),
    tenantBytes: z
      .int()
      .min(1)
      .optional()
      .describe('Content of a tenant, as it rests, compressed. Beyond it evidence is 507. No limit when absent.'),
    tenantBytesEveryMs: count(600_000, 'How often what a tenant has is measured; in between it is counted.'),
    connections: count(10_000, 'Connections at once. Further ones are closed.'),
    uploadsPerCore: count(2, 'Uploads of more than 1 MiB at once, for each core. Beyond it 503.'),
    reservedUploadsPerCore: none(1, 'The same besides, for tenants that have no large upload running.'),
    ingests: count(512, 'Requests at once that bring evidence, of any size. Beyond it 503.'),
    reservedIngests: none(64, 'The same besides, for tenants that have none running.'),
    expensive: count(64, 'Questions, diffs, replays and downloads of graphs at once. Beyond it 503.'),
    reservedExpensive: none(16, 'The same besides, for tenants that have none running.'),
    queuedAnalyses: count(1_000, 'Posted graphs that wait to be read; each waits on disk. Beyond it 503.'),
    queuedQuestions: count(100, 'Queries and explanations that wait for a thread. Beyond it 503.'),
    queuedReplays: count(20, 'Replay bundles that wait for a thread; each waits on disk. Beyond it 503.'),
    memoryBytes: z
      .int()
      .min(1)
      .optional()
      .describe(
        'What the process may hold. From three quarters of it on, work is 503. When absent 80 % of its container, or of the machine.',
      ),
    freeDiskBytes: none(
      512 * mebibyte,
      'Kept free where the service writes, but not more than 5 % of the volume. Below it evidence is 503.',
    ),
    eventLoopDelayMs: count(1_000, 'How late the event loop may be, on average over a second. Beyond it work is 503.'),
    queuedFolds: count(10_000, 'Folds that wait. Beyond it 503.'),
    replayBytes: count(2048 * mebibyte, 'A replay bundle, decompressed. Beyond it 422; compressed 413.'),
    replayFiles: count(50_000, 'Files of a replay bundle. Beyond it 422.'),
    unrelayedEvents: count(500, 'Events of a subject that wait for the relay. Beyond it its folds wait.'),
  })
  .prefault({})
