import type { AnalyzedCallgraph, AnalyzeOptions } from '../callgraphs/analyze-callgraph.ts'
import type { CallgraphUpload } from '../callgraphs/callgraph-upload.ts'
import { analyzeOptionsOf } from '../callgraphs/ingest-callgraph.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import { EventBatch } from '../runtime-facts/event-batch.ts'
import type { ReadEventsLimits } from '../runtime-facts/read-events.ts'
import { readFacts } from './bundle-facts.ts'
import { BundleGraph, graphUploadOf } from './bundle-graph.ts'
import type { ExtractedFile } from './extract-entry.ts'
import type { BundleFiles } from './read-bundle.ts'
import { observationsOf, storedMeta, type UnionBundle } from './union-bundle.ts'

export interface PrepareBundleDeps {
  readonly staging: Staging
  readonly limits: ReadEventsLimits & { readonly maxSymbols: number }
  readonly analyze: (artifact: StagedBlob, options: AnalyzeOptions) => Promise<AnalyzedCallgraph>
}

/** A bundle of which every line was understood: all of it is staged, and nothing is stored. Disposing leaves no file. */
export interface PreparedBundle extends AsyncDisposable {
  readonly bundle: UnionBundle
  readonly files: BundleFiles
  readonly meta: StagedBlob
  readonly upload: Omit<CallgraphUpload, 'content'>
  readonly artifact: StagedBlob
  readonly analyzed: AnalyzedCallgraph
  readonly facts?: { readonly file: ExtractedFile; readonly batch: EventBatch }
}

/** Reads the graph and the runtime facts of a bundle, each by the reader that it would have if it were posted apart. */
export async function prepareBundle(
  deps: PrepareBundleDeps,
  bundle: UnionBundle,
  files: BundleFiles,
): Promise<PreparedBundle> {
  await using staged = new AsyncDisposableStack()
  const facts = await prepareFacts(deps, { bundle, files, staged })
  const meta = await deps.staging.stage(Buffer.from(storedMeta(bundle)), 'identity')
  staged.defer(() => meta.discard())
  const graph = new BundleGraph(files, bundle)
  const artifact = await deps.staging.stage(graph.lines(), 'zstd')
  staged.defer(() => artifact.discard())
  const upload = graphUploadOf(bundle)
  const analyzed = await deps.analyze(artifact, analyzeOptionsOf(upload)).catch((error: unknown) => {
    throw graph.refusal(error)
  })
  staged.defer(() => analyzed.archive.discard())
  staged.defer(() => analyzed.index.discard())
  const kept = staged.move()
  const dispose = { [Symbol.asyncDispose]: () => kept.disposeAsync() }
  return { bundle, files, meta, upload, artifact, analyzed, ...(facts && { facts }), ...dispose }
}

interface Preparing {
  readonly bundle: UnionBundle
  readonly files: BundleFiles
  readonly staged: AsyncDisposableStack
}

async function prepareFacts(
  { staging, limits }: PrepareBundleDeps,
  { bundle, files, staged }: Preparing,
): Promise<PreparedBundle['facts']> {
  const observations = observationsOf(bundle.files)
  const file = observations && files.get(observations.path)
  if (!file) return undefined
  const batch = staged.use(new EventBatch({ staging, limits }))
  await readFacts(limits, file, batch)
  return { file, batch }
}
